"""What the person in typing_person.py writes: the title, and then words that tell how far it got."""

TITLE = "Killed in the middle"
TEXT = " ".join(f"w{number:03}" for number in range(200))
