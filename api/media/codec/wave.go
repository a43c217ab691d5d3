package codec

import "encoding/binary"

// Wave is the WAVEFORMATEX description of sound. WAV files have it, and so do
// AVI and ASF files.
type Wave struct {
	tag             uint16
	Channels        int64
	Rate            int64 // samples per second
	BytesPerSecond  int64
	align           int64 // bytes per block
	bits            int64 // per sample; 0 for codecs without a fixed number
	samplesPerBlock int64 // per channel; 0 if not given
}

// The codec numbers that are told apart.
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

// WaveOf reads a WAVEFORMATEX structure of at least 16 bytes.
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

// Framer returns the parser for a codec that has frames, else nil.
func (f Wave) Framer() Framer {
	switch {
	case f.IsMPEG():
		return MPEG{}.Parse
	case f.tag == wavAAC || f.tag == wavADTS:
		return ParseAAC
	}
	return nil
}

// IsMPEG reports whether the sound is MPEG audio.
func (f Wave) IsMPEG() bool { return f.tag == wavMPEG || f.tag == wavMP3 }

// Block returns the size in bytes of the smallest piece that can be decoded
// alone, and the number of samples per channel in it. Both are 0 for codecs
// whose pieces vary.
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

// blockOf returns a block of ADPCM: a header that holds the first samples, then
// four bits per sample.
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

// Primed returns how many seconds the decoder swallows before its first output:
// one frame of WMA, because frames overlap.
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

// Slack returns how many missing bytes are tolerated: 50 ms of sound.
func (f Wave) Slack() int64 { return max(f.BytesPerSecond/20, f.align) }
