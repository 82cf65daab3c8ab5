"""The rules of cmi5 (AICC/CMI-5_Spec_Current, quartz): what an AU may send, when it is satisfied, what the LMS says itself.

Numbers in brackets such as (9.3.0.0-4) name ADL's requirements; docs/cmi5.md says where each is tried.
"""
