"""Built-in courses of plan two, Cantonese cuisine."""
