package codec

// MPEG parses the frames of MPEG audio: versions 1, 2 and 2.5, layers I, II and
// III. A frame in free format does not say how long it is, so free holds its
// length in bytes without padding; 0 means no free format.
type MPEG struct{ free int }

// The layers and the version, as a header encodes them.
const (
	LayerIII = 1
	layerII  = 2
	layerI   = 3
	MPEG1    = 3 // 2 is MPEG 2, 0 is MPEG 2.5
)

// Parse reads the header of a frame from the first four bytes of b. It reports
// false if they are no header.
func (m MPEG) Parse(b []byte) (Frame, bool) {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe0 != 0xe0 {
		return Frame{}, false
	}
	version, layer := b[1]>>3&3, b[1]>>1&3
	rate := samplesPerSecond(version, b[2]>>2&3)
	if layer == 0 || rate == 0 || b[2]>>4 == 15 {
		return Frame{}, false
	}
	f := Frame{Rate: rate, samples: 1152, Bitrate: bitsPerSecond(version, layer, b[2]>>4)}
	f.Layout = uint32(b[1]&0x1e)<<8 | uint32(b[2]>>2&3)
	switch {
	case layer == layerI:
		f.samples = 384
	case layer == LayerIII && version != MPEG1:
		f.samples = 576
	}
	slot := 1
	if layer == layerI {
		slot = 4
	}
	f.Length = f.samples / 8 * f.Bitrate / rate / slot
	if f.Bitrate == 0 {
		f.Length = m.free / slot
	}
	f.Length = (f.Length + int(b[2]>>1&1)) * slot
	return f, f.Length > 4
}

// bitsPerSecond returns the bitrate, 0 for the free format.
func bitsPerSecond(version, layer, index byte) int {
	var kilobits [15]int
	switch {
	case version == MPEG1 && layer == layerI:
		kilobits = [15]int{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448}
	case version == MPEG1 && layer == layerII:
		kilobits = [15]int{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384}
	case version == MPEG1:
		kilobits = [15]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	case layer == layerI:
		kilobits = [15]int{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256}
	default:
		kilobits = [15]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
	}
	return 1000 * kilobits[index]
}

// samplesPerSecond returns the sample rate, 0 for a reserved code.
func samplesPerSecond(version, index byte) int {
	rate := [4]int{44100, 48000, 32000, 0}[index]
	switch version {
	case MPEG1:
		return rate
	case 2:
		return rate / 2
	case 0:
		return rate / 4
	}
	return 0
}

// MayBeFree reports whether b may begin with a frame in free format.
func MayBeFree(b []byte) bool {
	f, ok := MPEG{free: 1 << 10}.Parse(b)
	return ok && f.Bitrate == 0
}

// FreeFormat finds the frame length of the free format stream that b begins
// with: several headers that differ only in their padding must be equally far
// apart.
func FreeFormat(b []byte) MPEG {
	const shortest, longest, enough = 24, 8 << 10, 4
	for free := shortest; free < min(longest, len(b)); free++ {
		m := MPEG{free: free}
		at, frames := 0, 0
		for frames < enough && at < len(b) {
			f, ok := m.Parse(b[at:])
			if !ok || b[at+1] != b[1] || (b[at+2]^b[2])&^2 != 0 {
				break
			}
			at, frames = at+f.Length, frames+1
		}
		if frames == enough || frames > 1 && at == len(b) {
			return m
		}
	}
	return MPEG{}
}
