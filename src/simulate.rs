//! A simulated wearer that posts over real HTTP what Omi would.
