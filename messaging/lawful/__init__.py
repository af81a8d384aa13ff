"""Where a person may be, and when the law lets them be texted there."""
