"""What the xAPI specification says, in files named by its words. Plain data in, plain data out."""
