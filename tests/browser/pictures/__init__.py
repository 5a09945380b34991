"""What the player looks like: pictures, held against those that were looked at and kept in this folder."""
