"""What runs beside a student's code: it knows no reference, no case and no hidden seed."""
