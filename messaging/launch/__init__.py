"""What a person sees and agrees to before a message leaves."""
