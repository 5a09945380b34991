"""What a run recorded, with numpy alone: the alphabet, the columns of every epoch, events, reference losses, files."""
