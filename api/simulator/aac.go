package simulator

import "bytes"

// A sound track in the simplest form of AAC (ISO/IEC 14496-3, low complexity):
// one channel, and each frame is the same silence.
const (
	soundRate  = 8 * movieScale // whole samples in each unit of time
	soundFrame = 1024           // samples
)

// soundConfig is the AudioSpecificConfig: low complexity, 8 kHz, one channel.
func soundConfig() []byte { return []byte{2<<3 | 11>>1, 11&1<<7 | 1<<3} }

// silence returns as many frames as a length needs.
func silence(length uint32) []byte {
	return bytes.Repeat(silentFrame(), soundFrames(length))
}

func silentFrame() []byte { return []byte{0x00, 0xc8, 0x00, 0x80, 0x23, 0x80} }

func soundFrames(length uint32) int {
	return max(1, (int(length)*soundRate/movieScale+soundFrame-1)/soundFrame)
}

// soundTable returns the stbl box of the sound.
func soundTable(length, offset uint32) []byte {
	frames := uint32(soundFrames(length))
	return box("stbl",
		fullBox("stsd", 0, u32(1), soundSample()),
		fullBox("stts", 0, times(frames, soundFrame, length*(soundRate/movieScale))),
		fullBox("stsc", 0, u32(1, 1, frames, 1)),
		fullBox("stsz", 0, u32(uint32(len(silentFrame())), frames)),
		fullBox("stco", 0, u32(1, offset)),
	)
}

// soundSample returns the mp4a box, which describes how to decode the frames.
func soundSample() []byte {
	config := soundConfig()
	// Descriptors (ISO/IEC 14496-1): tag, length, contents.
	decoder := append([]byte{4, byte(13 + 2 + len(config)), 0x40, 0x15}, make([]byte, 11)...)
	decoder = append(decoder, 5, byte(len(config)))
	decoder = append(decoder, config...)
	stream := append([]byte{3, byte(3 + len(decoder) + 3), 0, 0, 0}, decoder...)
	stream = append(stream, 6, 1, 2)
	return box("mp4a",
		make([]byte, 6), u16(1), make([]byte, 8), u16(1), u16(16), u32(0), u32(soundRate<<16),
		fullBox("esds", 0, stream),
	)
}
