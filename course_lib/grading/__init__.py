"""The grader: collect submissions, ask their code in a sandbox, judge outside of it."""
