"""What keeps a ZIP of strangers harmless: its listing, its names, its sizes, its bytes."""
