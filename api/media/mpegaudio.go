package media

// mpegAudio reads the headers of the frames of MPEG audio: versions 1, 2 and 2.5,
// layers I, II and III. A frame of the free format does not say how long it is;
// free is its length without padding, or 0 if there is none.
type mpegAudio struct{ free int }

// The layers as a header counts them.
const (
	layerIII = 1
	layerII  = 2
	layerI   = 3
	mpeg1    = 3 // the version; 2 is MPEG 2, 0 is MPEG 2.5
)

func (m mpegAudio) parse(b []byte) (frame, bool) {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe0 != 0xe0 {
		return frame{}, false
	}
	version, layer := b[1]>>3&3, b[1]>>1&3
	rate := samplesPerSecond(version, b[2]>>2&3)
	if layer == 0 || rate == 0 || b[2]>>4 == 15 {
		return frame{}, false
	}
	f := frame{rate: rate, samples: 1152, bitrate: bitsPerSecond(version, layer, b[2]>>4)}
	f.layout = uint32(b[1]&0x1e)<<8 | uint32(b[2]>>2&3)
	switch {
	case layer == layerI:
		f.samples = 384
	case layer == layerIII && version != mpeg1:
		f.samples = 576
	}
	slot := 1
	if layer == layerI {
		slot = 4
	}
	f.length = f.samples / 8 * f.bitrate / rate / slot
	if f.bitrate == 0 {
		f.length = m.free / slot
	}
	f.length = (f.length + int(b[2]>>1&1)) * slot
	return f, f.length > 4
}

// bitsPerSecond is 0 for the free format.
func bitsPerSecond(version, layer, index byte) int {
	var kilobits [15]int
	switch {
	case version == mpeg1 && layer == layerI:
		kilobits = [15]int{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448}
	case version == mpeg1 && layer == layerII:
		kilobits = [15]int{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384}
	case version == mpeg1:
		kilobits = [15]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	case layer == layerI:
		kilobits = [15]int{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256}
	default:
		kilobits = [15]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}
	}
	return 1000 * kilobits[index]
}

// samplesPerSecond is 0 for numbers that mean nothing.
func samplesPerSecond(version, index byte) int {
	rate := [4]int{44100, 48000, 32000, 0}[index]
	switch version {
	case mpeg1:
		return rate
	case 2:
		return rate / 2
	case 0:
		return rate / 4
	}
	return 0
}

// mayBeFree says whether b may begin with a frame of the free format.
func mayBeFree(b []byte) bool {
	f, ok := mpegAudio{free: 1 << 10}.parse(b)
	return ok && f.bitrate == 0
}

// freeFormat measures the frames of the free format that b begins with: a few
// headers that differ in their padding only must be equally far apart.
func freeFormat(b []byte) mpegAudio {
	const shortest, longest, enough = 24, 8 << 10, 4
	for free := shortest; free < min(longest, len(b)); free++ {
		m := mpegAudio{free: free}
		at, frames := 0, 0
		for frames < enough && at < len(b) {
			f, ok := m.parse(b[at:])
			if !ok || b[at+1] != b[1] || (b[at+2]^b[2])&^2 != 0 {
				break
			}
			at, frames = at+f.length, frames+1
		}
		if frames == enough || frames > 1 && at == len(b) {
			return m
		}
	}
	return mpegAudio{}
}
