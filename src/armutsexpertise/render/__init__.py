"""Turn .qmd documents into HTML, PDF and DOCX."""
