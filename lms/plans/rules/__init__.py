"""The rules of the ten plans. Plain data in, plain data out."""

from lms.plans.rules.thresholds import KEYS, HourPolicy, NoPolicy, Threshold, hour_policy

__all__ = ["KEYS", "HourPolicy", "NoPolicy", "Threshold", "hour_policy"]
