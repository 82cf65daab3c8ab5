"""What waits and how things stand: questions only, over every capability below."""
