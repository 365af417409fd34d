"""What each reader makes of files other programs wrote, cell by cell, and what it refuses."""
