"""What people use today to find a learning rate, each as `search(task, rates, seed) -> PeerOutcome`."""
