"""What is drawn and touched. Kivy, and nothing else."""
