"""The first lesson of rural e-commerce: selling lychees on the net. What is said stands in lesson.toml."""
