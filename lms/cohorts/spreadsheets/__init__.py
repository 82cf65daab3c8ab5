"""Files that hold a sheet: xlsx, xls and csv, read as plain data and written as text that no program runs."""
