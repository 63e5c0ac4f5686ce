"""A fictional city, made from a seed: streets, districts, places, organisations, people and a month of evidence."""

from anlan.management.demo_city.city import demo_city

__all__ = ["demo_city"]
