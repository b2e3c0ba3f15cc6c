"""What is due, whom to tell, what to do, and the mails."""
