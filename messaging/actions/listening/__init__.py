"""What carriers tell, unasked and asked: statuses, inbound texts, lists."""
