package simulator

import (
	"encoding/binary"
	"math"
	"slices"
)

// movieScale is the number of time units per second in generated movies.
const movieScale = 1000

// movie returns a playable MP4 file (ISO/IEC 14496-12): a still picture at one
// frame per second, and silence, exactly as long as requested, to the millisecond.
func movie(seconds float64, chance uint64) []byte {
	length := uint32(math.Round(min(max(seconds, 0.001), 5e5) * movieScale))
	frames := max(1, int(length+movieScale-1)/movieScale)
	samples := make([][]byte, frames)
	for i := range samples {
		unit := repeatFrame(i)
		if i == 0 {
			unit = keyFrame(chance)
		}
		samples[i] = append(binary.BigEndian.AppendUint32(nil, uint32(len(unit))), unit...)
	}
	head := box("ftyp", []byte("isom"), u32(0x200), []byte("isomiso2avc1mp41"))
	// The chunk's offset depends on the length of the box that contains it.
	offset := len(head) + len(movieHeader(length, samples, 0)) + 8
	header := movieHeader(length, samples, uint32(offset))
	return slices.Concat(head, header, box("mdat", append(samples, silence(length))...))
}

func u16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }

func u32(values ...uint32) []byte {
	var out []byte
	for _, v := range values {
		out = binary.BigEndian.AppendUint32(out, v)
	}
	return out
}

// box returns a box: length, name, contents.
func box(name string, contents ...[]byte) []byte {
	body := slices.Concat(contents...)
	return slices.Concat(u32(uint32(len(body)+8)), []byte(name), body)
}

// fullBox returns a box with version 0 and flags.
func fullBox(name string, flags uint32, contents ...[]byte) []byte {
	return box(name, append([][]byte{u32(flags)}, contents...)...)
}

// unity returns the matrix that leaves a picture unchanged.
func unity() []byte { return u32(1<<16, 0, 0, 0, 1<<16, 0, 0, 0, 1<<30) }

// movieHeader returns the moov box. The frames of the picture are at an offset of
// the file, and the sound follows them.
func movieHeader(length uint32, samples [][]byte, offset uint32) []byte {
	sound := offset
	for _, sample := range samples {
		sound += uint32(len(sample))
	}
	return box("moov",
		fullBox("mvhd", 0, u32(0, 0, movieScale, length, 1<<16), u16(1<<8), make([]byte, 10), unity(), make([]byte, 24), u32(3)),
		box("trak",
			fullBox("tkhd", 3, u32(0, 0, 1, 0, length), make([]byte, 8), u32(0, 0), unity(), u32(movieSide<<16, movieSide<<16)),
			media("vide", movieScale, length, fullBox("vmhd", 1, make([]byte, 8)), sampleTable(length, samples, offset)),
		),
		box("trak",
			fullBox("tkhd", 3, u32(0, 0, 2, 0, length), make([]byte, 8), u32(0, 1<<24), unity(), u32(0, 0)),
			media("soun", soundRate, length*(soundRate/movieScale), fullBox("smhd", 0, make([]byte, 4)), soundTable(length, sound)),
		),
	)
}

// media returns the mdia box of a track: its kind, units of time per second,
// length in those, header, and table of samples.
func media(kind string, scale, length uint32, header, table []byte) []byte {
	return box("mdia",
		fullBox("mdhd", 0, u32(0, 0, scale, length), u16(0x55c4), u16(0)), // language "und"
		fullBox("hdlr", 0, u32(0), []byte(kind), make([]byte, 12), []byte(kind+"\x00")),
		box("minf", header, box("dinf", fullBox("dref", 0, u32(1), fullBox("url ", 1))), table),
	)
}

// times returns the entries of an stts box: samples of one duration, except
// that the last takes the rest of the length.
func times(samples, duration, length uint32) []byte {
	whole := samples - 1
	if whole == 0 {
		return u32(1, 1, length)
	}
	return u32(2, whole, duration, 1, length-whole*duration)
}

// sampleTable returns the stbl box: the position and duration of each frame.
func sampleTable(length uint32, samples [][]byte, offset uint32) []byte {
	sizes := u32(0, uint32(len(samples)))
	for _, sample := range samples {
		sizes = append(sizes, u32(uint32(len(sample)))...)
	}
	return box("stbl",
		fullBox("stsd", 0, u32(1), visualSample()),
		fullBox("stts", 0, times(uint32(len(samples)), movieScale, length)),
		fullBox("stss", 0, u32(1, 1)),
		fullBox("stsc", 0, u32(1, 1, uint32(len(samples)), 1)),
		fullBox("stsz", 0, sizes),
		fullBox("stco", 0, u32(1, offset)),
	)
}

// visualSample returns the avc1 box, which describes how to decode the frames.
func visualSample() []byte {
	sps, pps := sequenceParameters(), pictureParameters()
	config := box("avcC",
		[]byte{1}, h264Profile(), []byte{0xff, 0xe1},
		u16(uint16(len(sps))), sps, []byte{1}, u16(uint16(len(pps))), pps,
	)
	return box("avc1",
		make([]byte, 6), u16(1), make([]byte, 16), u16(movieSide), u16(movieSide),
		u32(72<<16, 72<<16, 0), u16(1), make([]byte, 32), u16(24), u16(0xffff), config,
	)
}
