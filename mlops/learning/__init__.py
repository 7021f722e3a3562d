"""Learning without Django: from cut-outs and photometry to features, probabilities and what to label next."""
