package duration

import "time"

// Wait is how long jobs usually stay PENDING. The documentation says one to two
// minutes. https://sync.so/docs/api-reference/api/generate-api/get
const Wait = 90 * time.Second

// Documented is the published working time: a line through the middles of the
// ranges for clips of 30 s and 2 min. Unknown models count as the most common
// one, unknown lengths as 30 s.
// https://sync.so/docs/api-reference/api/generate-api/get
func Documented(model string, length float64) time.Duration {
	var short, long float64 // seconds
	switch model {
	case "lipsync-1.9.0-beta":
		short, long = 45, 180
	case "lipsync-2-pro":
		short, long = 210, 540
	case "react-1":
		short, long = 90, 360 // the second is a guess: input is limited to 15 s
	case "sync-3":
		short, long = 750, 3000
	default: // lipsync-2
		short, long = 120, 360
	}
	seconds := 30.0
	if length > 0 {
		seconds = min(length, 24*60*60)
	}
	took := short + (long-short)*(seconds-30)/90
	return time.Duration(max(took, short/4) * float64(time.Second))
}
