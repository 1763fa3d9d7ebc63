"""What is known about models (table.yaml), and how their files are fetched."""
