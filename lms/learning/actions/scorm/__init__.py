"""The run-time of SCORM: a SCO is opened, and what it says is kept. Actions flush; the door commits."""
