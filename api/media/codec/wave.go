package codec

import "encoding/binary"

// Wave is the description of the sound in a WAV file, or of a sound in an AVI
// or ASF file, which have it from there.
type Wave struct {
	tag             uint16
	Channels        int64
	Rate            int64 // samples per second
	BytesPerSecond  int64
	align           int64 // bytes of a block
	bits            int64 // of a sample; 0 where that makes no sense
	samplesPerBlock int64 // of each channel; 0 where it is not said
}

// The numbers of the codecs that are told apart here.
const (
	wavPCM        = 0x0001
	wavADPCM      = 0x0002
	wavFloat      = 0x0003
	wavALaw       = 0x0006
	wavMuLaw      = 0x0007
	wavIMA        = 0x0011
	wavYamaha     = 0x0020
	wavTrueSpeech = 0x0022
	wavGSM        = 0x0031
	wavG726       = 0x0045
	wavMPEG       = 0x0050
	wavMP3        = 0x0055
	wavG726ADPCM  = 0x0064
	wavG722       = 0x0065
	wavAAC        = 0x00FF
	wavWMA1       = 0x0160
	wavWMA2       = 0x0161
	wavADTS       = 0x1600
	wavG722ADPCM  = 0x028F
	wavExtensible = 0xFFFE
)

// WaveOf reads at least 16 bytes of a WAVEFORMATEX structure.
func WaveOf(b []byte, order binary.ByteOrder) Wave {
	f := Wave{
		tag:            order.Uint16(b),
		Channels:       int64(order.Uint16(b[2:])),
		Rate:           int64(order.Uint32(b[4:])),
		BytesPerSecond: int64(order.Uint32(b[8:])),
		align:          int64(order.Uint16(b[12:])),
		bits:           int64(order.Uint16(b[14:])),
	}
	switch {
	case f.tag == wavExtensible && len(b) >= 26:
		f.tag = order.Uint16(b[24:]) // the first bytes of a GUID
	case len(b) >= 20:
		f.samplesPerBlock = int64(order.Uint16(b[18:]))
	}
	return f
}

// Framer reads the frames of codecs that have any.
func (f Wave) Framer() Framer {
	switch {
	case f.Mpeg():
		return MPEG{}.Parse
	case f.tag == wavAAC || f.tag == wavADTS:
		return ParseAAC
	}
	return nil
}

// Mpeg says whether the sound is MPEG audio.
func (f Wave) Mpeg() bool { return f.tag == wavMPEG || f.tag == wavMP3 }

// Block is the size of the smallest piece that is decoded by itself, in bytes, and
// the number of samples in it; 0 for codecs whose pieces differ.
func (f Wave) Block() (bytes, samples int64) {
	ch := f.Channels
	switch f.tag {
	case wavPCM, wavFloat:
		return (f.bits + 7) / 8 * ch, 1
	case wavALaw, wavMuLaw:
		return ch, 1
	case wavADPCM:
		return f.blockOf(f.align-7*ch, 2)
	case wavIMA:
		return f.blockOf(f.align-4*ch, 1)
	case wavYamaha:
		return ch, 2
	case wavGSM:
		return f.align, f.align / 65 * 320
	case wavTrueSpeech:
		return 32, 240
	case wavG722, wavG722ADPCM:
		return ch, 2
	case wavG726, wavG726ADPCM:
		if f.bits >= 2 && f.bits <= 5 {
			return f.bits * ch, 8
		}
	}
	return 0, 0
}

// blockOf is a block of ADPCM with four bits for a sample after a header, which
// has the first ones.
func (f Wave) blockOf(payload, first int64) (bytes, samples int64) {
	if payload <= 0 {
		return 0, 0
	}
	samples = payload*2/f.Channels + first
	if f.samplesPerBlock > 0 && f.samplesPerBlock <= samples {
		samples = f.samplesPerBlock
	}
	return f.align, samples
}

// Primed is what a decoder needs of the sound before it gives any, in seconds: the
// first frame of WMA, which later ones are added to.
func (f Wave) Primed() float64 {
	if f.tag != wavWMA1 && f.tag != wavWMA2 || f.Rate == 0 {
		return 0
	}
	samples := 2048
	switch {
	case f.Rate <= 16000:
		samples = 512
	case f.Rate <= 22050 || f.Rate <= 32000 && f.tag == wavWMA1:
		samples = 1024
	}
	return float64(samples) / float64(f.Rate)
}

// Slack is how many bytes may be missing without being missed: 50 ms.
func (f Wave) Slack() int64 { return max(f.BytesPerSecond/20, f.align) }
