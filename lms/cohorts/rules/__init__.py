"""What holds for classes and rosters. Plain data in, plain data out."""
