"""What a table can be: one file for each family of forms. A form returns None when the table is none of its kind."""
