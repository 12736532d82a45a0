"""What a study found, as one page that opens offline."""
