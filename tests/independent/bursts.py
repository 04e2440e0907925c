"""Measures the alarm sounds in a WAV file (16 bit, mono), and prints the measurements as JSON.

This program shares no code with Vigil and uses only the standard library of Python 3. All times are in ms. A pulse
begins and ends where its envelope passes 10 % of its highest value; `plateau` is the time between the points of 90 %.
Levels are in dB: of a pulse relative to full scale, of a harmonic relative to the pitch.
"""
import array
import json
import math
import sys
import wave

HOP_MS = 0.5        # from one point of the envelope to the next
WINDOW_MS = 6.0     # the envelope is the root mean square over this window
SILENT = 0.003      # an envelope below this is silence
APART_MS = 20.0     # silence of this length separates two pulses
BURST_MS = 1400.0   # silence of this length separates two bursts: the longest pause in a burst is 1300 ms
PITCH_HZ = (150, 1000)
HARMONICS = range(2, 9)


def read(path):
    with wave.open(path, 'rb') as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2), 'not 16 bit mono'
        samples = array.array('h', file.readframes(file.getnframes()))
        if sys.byteorder == 'big':
            samples.byteswap()
        return file.getframerate(), samples


def envelope_of(samples, rate):
    """Returns the root mean square around each point, one point each HOP_MS."""
    squares = [0.0]
    total = 0.0
    for sample in samples:
        total += (sample / 32768) ** 2
        squares.append(total)
    half = int(rate * WINDOW_MS / 2000)
    points = []
    at = 0.0
    while at < len(samples):
        low, high = max(0, int(at) - half), min(len(samples), int(at) + half)
        points.append(math.sqrt(max(0.0, (squares[high] - squares[low]) / max(1, high - low))))
        at += rate * HOP_MS / 1000
    return points


def sounding(envelope):
    """Returns the first and the last point of each piece of sound between two silences."""
    pieces = []
    start = last = None
    for at, value in enumerate(envelope):
        if value < SILENT:
            continue
        if last is not None and (at - last) * HOP_MS > APART_MS:
            pieces.append((start, last))
            start = at
        if start is None:
            start = at
        last = at
    return pieces + ([(start, last)] if start is not None else [])


def crossing(envelope, points, level):
    """Returns where the envelope first passes a level, between two points."""
    for before, at in zip(points, points[1:]):
        low, high = envelope[before], envelope[at]
        if low < level <= high:
            return before + (at - before) * (level - low) / (high - low)
    raise ValueError('the sound is cut off')


def strength(samples, rate, hz):
    """Returns the amplitude of one frequency, by Goertzel's algorithm with a Hann window."""
    count = len(samples)
    turn = 2 * math.cos(2 * math.pi * hz / rate)
    before = last = 0.0
    for i, sample in enumerate(samples):
        window = 0.5 - 0.5 * math.cos(2 * math.pi * i / count)
        before, last = last, sample * window + turn * last - before
    return math.sqrt(max(0.0, before * before + last * last - turn * before * last)) * 4 / count / 32768


def pitch_of(samples, rate):
    """Returns the lowest frequency with a peak in the spectrum that is at most 15 dB below the highest peak."""
    step = 10
    grid = list(range(PITCH_HZ[0] - step, PITCH_HZ[1] + 2 * step, step))
    levels = [strength(samples, rate, hz) for hz in grid]
    least = max(levels) * 10 ** (-15 / 20)
    for i in range(1, len(grid) - 1):
        if levels[i] >= least and levels[i - 1] <= levels[i] > levels[i + 1]:
            return max(range(grid[i] - step, grid[i] + step + 1), key=lambda hz: strength(samples, rate, hz))
    raise ValueError('no pitch')


def measure(samples, rate, envelope, first, last):
    peak = max(envelope[first:last + 1])
    # The ends of the pulse in the silence on both sides, so that each edge is complete.
    margin = int(APART_MS / 2 / HOP_MS)
    around = range(max(0, first - margin), min(len(envelope), last + margin + 1))
    rise = [crossing(envelope, around, share * peak) * HOP_MS for share in (0.1, 0.9)]
    fall = [crossing(envelope, around[::-1], share * peak) * HOP_MS for share in (0.9, 0.1)]
    plateau = samples[int(rise[1] * rate / 1000):int(fall[0] * rate / 1000)]
    pitch = pitch_of(plateau, rate)
    base = strength(plateau, rate, pitch)
    return {
        'start': rise[0],
        'end': fall[1],
        'duration': fall[1] - rise[0],
        'plateau': fall[0] - rise[1],
        'rise': rise[1] - rise[0],
        'fall': fall[1] - fall[0],
        'level': 20 * math.log10(peak),
        'pitch': pitch,
        'harmonics': [20 * math.log10(max(1e-6, strength(plateau, rate, pitch * k)) / base) for k in HARMONICS],
    }


def grouped(pulses):
    bursts = []
    for pulse in pulses:
        if not bursts or pulse['start'] - bursts[-1][-1]['end'] > BURST_MS:
            bursts.append([])
        bursts[-1].append(pulse)
    return bursts


def main():
    rate, samples = read(sys.argv[1])
    # Silence before the first sound and after the last sound, so that each edge is complete.
    silence = array.array('h', [0] * int(rate * APART_MS / 1000))
    samples = silence + samples + silence
    envelope = envelope_of(samples, rate)
    bursts = grouped([measure(samples, rate, envelope, *piece) for piece in sounding(envelope)])
    json.dump([
        {
            'pulses': burst,
            'pauses': [after['start'] - before['end'] for before, after in zip(burst, burst[1:])],
            'silence': following[0]['start'] - burst[-1]['end'] if following else None,
        }
        for burst, following in zip(bursts, bursts[1:] + [None])
    ], sys.stdout)


main()
