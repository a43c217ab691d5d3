package simulator

import (
	"fmt"
	"regexp"
	"strconv"
)

// A link may contain its length: talk_28s.mp4, talk_28s_de.wav, talk.mp4?t=28.
var (
	namedLength = regexp.MustCompile(`_(\d{1,6}(?:\.\d{1,3})?)s(?:[_-][A-Za-z0-9_-]+)?(?:\.[A-Za-z0-9]+)?(?:[?#]|$)`)
	askedLength = regexp.MustCompile(`[?&]t=(\d{1,6}(?:\.\d{1,3})?)(?:&|$)`)
)

// lengthOf returns the length of the media behind a link, in seconds: as given
// by the link, or else 5 to 60 s depending on the link alone.
func lengthOf(link string) float64 {
	for _, pattern := range []*regexp.Regexp{askedLength, namedLength} {
		if found := pattern.FindStringSubmatch(link); found != nil {
			if seconds, err := strconv.ParseFloat(found[1], 64); err == nil && seconds > 0 {
				return seconds
			}
		}
	}
	return 5 + float64(hash(link)%5500)/100
}

// lengthSuffix returns a suffix that gives a name its length.
func lengthSuffix(seconds float64) string {
	return fmt.Sprintf("_%ss", strconv.FormatFloat(seconds, 'f', -1, 64))
}
