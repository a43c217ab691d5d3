#!/usr/bin/env python3
"""Edits the bytes of media files: tags, junk, counts and sizes that are wrong.

sound.sh calls it as `sound.py WHAT …`, one function below for each WHAT.
"""
import random
import struct
import sys


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def filler(spec):
    """0:100 is a hundred zeros, r:100 a hundred bytes of junk without a sync."""
    kind, n = spec.split(":")
    if kind == "0":
        return bytes(int(n))
    source = random.Random(7)
    return bytes(source.randrange(0xF0) for _ in range(int(n)))


def id3v2(kind, size, source, target, *options):
    """A tag before the file, with kind bytes of padding in it."""
    size = int(size)
    body = bytes(size)
    if "syncs" in options:  # a picture that looks like frames
        body = (b"\xff\xfb\x50\xc4" + bytes(20)) * (size // 24)
    body = b"TXXX" + struct.pack(">IH", len(body), 0) + body
    if kind.isdigit():
        body += bytes(int(kind))
    n = len(body)
    number = bytes([n >> 21 & 127, n >> 14 & 127, n >> 7 & 127, n & 127])
    flags = b"\x10" if kind == "footer" else b"\x00"
    tag = b"ID3\x04\x00" + flags + number + body
    if kind == "footer":
        tag += b"3DI\x04\x00" + flags + number
    write(target, tag + read(source))


def id3v1(source, target, *options):
    tag = b"TAG" + b"title".ljust(30) + bytes(95)
    if "enhanced" in options:
        tag = b"TAG+" + bytes(223) + tag
    write(target, read(source) + tag)


def ape(size, source, target, *options):
    item = struct.pack("<II", int(size), 2) + b"Cover Art (Front)\x00" + b"\xff\xfb\x50\xc4" * (int(size) // 4)
    ends = [b"APETAGEX" + struct.pack("<IIII", 2000, len(item) + 32, 1, flags) + bytes(8)
            for flags in (0xA0000000, 0x80000000)]
    tag = ends[0] + item + ends[1]
    write(target, tag + read(source) if "first" in options else read(source) + tag)


def lyrics(size, source, target):
    body = b"LYRICSBEGIN" + b"IND0000200" + b"LYR" + b"%05d" % int(size) + b"la " * (int(size) // 3)
    write(target, read(source) + body + b"%06d" % len(body) + b"LYRICS200")


def around(source, target, before, behind):
    write(target, filler(before) + read(source) + filler(behind))


def insert(source, target, at, what):
    data = read(source)
    write(target, data[: int(at)] + filler(what) + data[int(at):])


def half(source, target):
    data = read(source)
    write(target, data[: len(data) * 11 // 20])


def take(source, target, n):
    write(target, read(source)[: int(n)])


def note(data):
    at = max(data.find(b"Xing"), data.find(b"Info"))
    assert at >= 0, "no note"
    return at


def xing(source, target, what):
    data = bytearray(read(source))
    at = note(data)
    if what == "nobytes":
        flags = struct.unpack(">I", data[at + 4: at + 8])[0]
        assert flags & 3 == 3
        rest = data[at + 16: at + 16 + 104]
        data[at + 4: at + 8] = struct.pack(">I", flags & ~2)
        data[at + 12: at + 12 + 104] = rest
        data[at + 116: at + 120] = bytes(4)
    else:
        data[at + 8: at + 12] = struct.pack(">I", int(what.split("=")[1]))
    write(target, data)


def vbri(source, target):
    data = bytearray(read(source))
    at = note(data)
    frames, size = struct.unpack(">II", data[at + 8: at + 16])
    start = data.rfind(b"\xff", 0, at)
    while data[start + 1] & 0xE0 != 0xE0:
        start = data.rfind(b"\xff", 0, start)
    data[at: at + 156] = bytes(156)
    data[start + 36: start + 36 + 26] = b"VBRI" + struct.pack(">HHHIIHHHH", 1, 1105, 50, size, frames, 0, 1, 2, 100)
    write(target, data)


def chunks(data):
    at = 12
    while at + 8 <= len(data):
        name, size = data[at: at + 4], struct.unpack("<I", data[at + 4: at + 8])[0]
        yield name, data[at + 8: at + 8 + size]
        at += 8 + size + size % 2


def wav(source, target, *options):
    opts = dict(o.split("=") if "=" in o else (o, "") for o in options)
    order = ">" if "rifx" in opts else "<"
    out = b""

    def chunk(name, body, size=None):
        return name + struct.pack(order + "I", len(body) if size is None else size) + body + bytes(len(body) % 2)

    for name, body in chunks(read(source)):
        text = name.decode()
        if opts.get("drop") == text.strip():
            continue
        if text == "fmt " and order == ">":
            body = struct.pack(">HHIIHH", *struct.unpack("<HHIIHH", body[:16])) + body[16:]
        if text == "data":
            if "before" in opts:
                kind, n = opts["before"].split(":")
                out += chunk(kind.encode(), bytes(int(n)))
            if "empty" in opts:
                body = b""
            if "twice" in opts:
                out += chunk(b"data", body) + chunk(b"JUNK", bytes(10))
        size = int(opts[text.strip()], 0) if text == "data" and "data" in opts else None
        if text == "fact" and "fact" in opts:
            body = struct.pack(order + "I", int(opts["fact"]))
        out += chunk(name, body, size)
    if "behind" in opts:
        kind, n = opts["behind"].split(":")
        out += chunk(kind.encode(), bytes(int(n)))
    magic = b"RIFX" if order == ">" else b"RIFF"
    write(target, magic + struct.pack(order + "I", 4 + len(out)) + b"WAVE" + out)


def flac(source, target, what):
    data = bytearray(read(source))
    name, value = what.split("=")
    if name == "samples":
        packed = struct.unpack(">Q", data[18:26])[0]
        data[18:26] = struct.pack(">Q", packed & ~(2 ** 36 - 1) | int(value))
    else:
        kind, size = map(int, value.split(":"))
        data[42:42] = struct.pack(">I", kind << 24 | size) + b"\xff\xf8\x69\x08" * (size // 4)
    write(target, data)


CRC = []
for i in range(256):
    r = i << 24
    for _ in range(8):
        r = (r << 1 ^ (0x04C11DB7 if r & 0x80000000 else 0)) & 0xFFFFFFFF
    CRC.append(r)


def pages(data):
    at = 0
    while at < len(data):
        assert data[at: at + 4] == b"OggS"
        n = data[at + 26]
        size = 27 + n + sum(data[at + 27: at + 27 + n])
        yield bytearray(data[at: at + size])
        at += size


def sealed(page):
    page[22:26] = bytes(4)
    r = 0
    for b in page:
        r = (r << 8 & 0xFFFFFFFF) ^ CRC[r >> 24 ^ b]
    page[22:26] = struct.pack("<I", r)
    return bytes(page)


def page(head, flags, number, position, packet):
    lacing = b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])
    return sealed(bytearray(head[:5] + bytes([flags]) + struct.pack("<Q", position) + head[14:18]
                            + struct.pack("<I", number) + bytes(4) + bytes([len(lacing)]) + lacing + packet))


def ogg(source, target, what):
    name, _, value = what.partition("=")
    all_pages = list(pages(read(source)))
    heads = [p for p in all_pages if p[6:14] == bytes(8)]
    sound = [p for p in all_pages if p[6:14] != bytes(8)]
    if name == "skip":  # as if it had been recorded from a running stream
        sound = sound[int(value):]
    elif name == "add":
        for p in sound:
            position = struct.unpack("<q", p[6:14])[0]
            p[6:14] = struct.pack("<q", position + int(value))
    elif name == "noend":
        sound[-1][5] &= ~4
    elif name == "junk":  # between pages
        sound[1:1] = [None]
        write(target, b"".join(filler("r:" + value) if p is None else sealed(p) for p in heads + sound))
        return
    elif name == "repeat":
        heads = (heads + sound) * int(value)
        sound = []
    elif name == "tags":  # comments that need pages of their own
        packet = b"OpusTags" + struct.pack("<I", 1) + b"x" + struct.pack("<II", 1, int(value)) + b"P=" + bytes(int(value) - 2)
        first = packet[: 255 * 255]
        lacing = b"\xff" * 255
        big = sealed(bytearray(heads[0][:5] + b"\x00" + b"\xff" * 8 + heads[0][14:18] + struct.pack("<I", 1)
                               + bytes(4) + b"\xff" + lacing + first))
        heads = [heads[0], bytearray(big), bytearray(page(heads[0], 1, 2, 0, packet[255 * 255:]))]
    write(target, b"".join(sealed(p) for p in heads + sound))


def vint(data, at, keep):
    width = 9 - data[at].bit_length()
    value = int.from_bytes(data[at: at + width], "big")
    return (value if keep else value ^ 1 << 7 * width), width


INSIDE = {0x18538067, 0x1549A966}


def elements(data, at, end):
    end = min(end, len(data))
    while at < end:
        name, w1 = vint(data, at, True)
        size, w2 = vint(data, at + w1, False)
        if size == (1 << 7 * w2) - 1:
            size = end - at - w1 - w2
        yield name, at, at + w1 + w2, at + w1 + w2 + size
        at += w1 + w2 + size


def mkv(source, target, *options):
    data = bytearray(read(source))
    opts = dict(o.split("=") if "=" in o else (o, "") for o in options)

    def walk(at, end):
        for name, head, body, tail in elements(data, at, end):
            if name in INSIDE:
                walk(body, tail)
            if name == 0x4489 and "length" in opts:
                data[body:tail] = struct.pack(">d" if tail - body == 8 else ">f", float(opts["length"]))
            if "%X" % name == opts.get("drop"):  # a void of the same size
                data[head:tail] = b"\xec" + bytes([0x80 | tail - head - 2]) + bytes(tail - head - 2)
            if "open" in opts and name in (0x18538067, 0x1F43B675):
                width = body - head - 4
                data[head + 4: body] = bytes([(1 << 9 - width) - 1]) + b"\xff" * (width - 1)

    if "open" in opts:  # ends before the index, which is for a file with sizes
        at, keep = 0, len(data)
        for name, head, body, tail in list(elements(data, 0, len(data))):
            if name == 0x18538067:
                clusters = [(h, t) for n, h, b, t in elements(data, body, tail) if n == 0x1F43B675]
                keep = clusters[-1][1]
        data = data[:keep]
    walk(0, len(data))
    write(target, data)


def avi(source, target, *options):
    data = bytearray(read(source))
    opts = dict(o.split("=") if "=" in o else (o, "") for o in options)
    movi = data.find(b"movi") - 8
    end = movi + 8 + struct.unpack("<I", data[movi + 4: movi + 8])[0]
    if "noindex" in opts:
        data = data[:end]
        data[4:8] = struct.pack("<I", len(data) - 8)
    if "length" in opts:
        n = int(opts["length"])
        at = data.find(b"avih")
        data[at + 24: at + 28] = struct.pack("<I", n)
        at = data.find(b"strh")
        while at >= 0:
            data[at + 40: at + 44] = struct.pack("<I", n)
            at = data.find(b"strh", at + 4)
        at = data.find(b"dmlh")
        if at >= 0:
            data[at + 8: at + 12] = struct.pack("<I", n)
        at = data.find(b"indx")
        while at >= 0:  # without the lists of indexes
            data[at: at + 4] = b"JUNK"
            at = data.find(b"indx")
    if "unfinished" in opts:
        data[4:8] = bytes(4)
        data[movi + 4: movi + 8] = bytes(4)
    if "riff" in opts:
        data[4:8] = struct.pack("<I", int(opts["riff"]))
    if "split" in opts or "rec" in opts:
        parts, at = [], movi + 12
        while at < end:
            size = struct.unpack("<I", data[at + 4: at + 8])[0]
            parts.append(bytes(data[at: at + 8 + size + size % 2]))
            at += len(parts[-1])
        parts = [p for p in parts if not p.startswith(b"ix")]

        def box(name, kind, body):
            return name + struct.pack("<I", len(body) + 4) + kind + body

        half = len(parts) // 2
        head = bytes(data[12:movi])
        if "split" in opts:
            write(target, box(b"RIFF", b"AVI ", head + box(b"LIST", b"movi", b"".join(parts[:half])))
                  + box(b"RIFF", b"AVIX", box(b"LIST", b"movi", b"".join(parts[half:]))))
        else:
            recs = [box(b"LIST", b"rec ", b"".join(parts[i: i + 3])) for i in range(0, len(parts), 3)]
            write(target, box(b"RIFF", b"AVI ", head + box(b"LIST", b"movi", b"".join(recs))))
        return
    write(target, data)


def asf(source, target, what):
    data = bytearray(read(source))
    at = data.find(bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365"))
    if what == "noindex":
        packet = struct.unpack("<I", data[at + 92: at + 96])[0]
        start = data.find(bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")) + 50
        data = data[: start + (len(data) - start) // packet * packet]
    else:
        data[at + 64: at + 72] = struct.pack("<Q", int(what.split("=")[1]))
    write(target, data)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
