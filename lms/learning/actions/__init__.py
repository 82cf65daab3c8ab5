"""The verbs of learning: register, launch, beat, answer a quiz. They flush; the door commits."""
