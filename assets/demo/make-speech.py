#!/usr/bin/env python3
"""Makes speech.ogg, and speech.toml with the place of each clip in it, from the live lines of day.toml.

Needs flite, sox, oggenc (vorbis-tools) and Python 3.11 or later. Run it in this folder after changing a live line.
"""

import json
import pathlib
import subprocess
import tempfile
import tomllib
import wave

HERE = pathlib.Path(__file__).parent
RATE = 16_000


def run(*arguments):
    subprocess.run([str(argument) for argument in arguments], check=True)


def clip(speaker, text, folder):
    raw, done = folder / "raw.wav", folder / "done.wav"
    run("flite", "-voice", speaker["voice"], "-t", text, "-o", raw)
    # Silence at both ends is cut, since the day says how long pauses are; all voices are made equally loud.
    trim = ["silence", "1", "0.02", "0.3%", "reverse", "silence", "1", "0.02", "0.3%", "reverse"]
    pitch = ["pitch", speaker["pitch"]] if "pitch" in speaker else []
    run("sox", raw, "-r", RATE, "-b", 16, "-c", 1, done, *pitch, *trim, "gain", "-n", "-4", "fade", "0.01")
    with wave.open(str(done)) as sound:
        return sound.readframes(sound.getnframes())


def main():
    day = tomllib.loads((HERE / "day.toml").read_text())
    speakers = {speaker["id"]: speaker for speaker in day["speaker"]}
    lines = [line for talk in day["conversation"] if "minutes_ago" not in talk for line in talk["lines"]]
    index, sound = [], b""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for line in lines:
            samples = clip(speakers[line["who"]], line["text"], folder)
            index.append((len(sound) // 2, len(samples) // 2, line["text"]))
            # A little silence, so that no clip hears its neighbour through the codec.
            sound += samples + bytes(2 * RATE // 20)
        whole = folder / "speech.wav"
        with wave.open(str(whole), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(sound)
        run("oggenc", "-Q", "-q", "1", "-s", "1", "-o", HERE / "speech.ogg", whole)
    header = "# Made by make-speech.py: what is said in speech.ogg from which sample on, and for how many, at 16 kHz.\n"
    # JSON writes a text as TOML reads it.
    rows = "".join(
        f"  {{ start = {start}, length = {length}, text = {json.dumps(text, ensure_ascii=False)} }},\n" for start, length, text in index
    )
    (HERE / "speech.toml").write_text(f"{header}clips = [\n{rows}]\n")


if __name__ == "__main__":
    main()
