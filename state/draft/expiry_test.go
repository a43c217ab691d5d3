package draft

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestSignedLinks(t *testing.T) {
	at := func(format string, d time.Duration) string { return noon.Add(d).UTC().Format(format) }
	epoch := func(d time.Duration) string { return fmt.Sprint(noon.Add(d).Unix()) }
	webToken := func(d time.Duration) string {
		claims := base64.RawURLEncoding.EncodeToString([]byte(`{"url":"films/a.mp4","iat":1,"exp":` + epoch(d) + `}`))
		return "eyJhbGciOiJIUzI1NiJ9." + claims + ".c2ln"
	}
	const signed = "20060102T150405Z"
	policy := "eyJTdGF0ZW1lbnQiOlt7IkNvbmRpdGlvbiI6eyJEYXRlTGVzc1RoYW4iOnsiQVdTOkVwb2NoVGltZSI6MTc5NTUyMjMyMH19fV19"
	for _, c := range []struct {
		link string // after the host name
		want string // part of the words, "" for none
	}{
		{"a.mp4?X-Amz-Date=" + at(signed, -time.Hour) + "&X-Amz-Expires=4320&X-Amz-Signature=ab", "expires in 12 min"},
		{"a.mp4?X-Amz-Date=" + at(signed, -time.Hour) + "&X-Amz-Expires=3600", "has expired"},
		{"a.mp4?X-Amz-Date=" + at(signed, 0) + "&X-Amz-Expires=86400", ""},
		{"a.mp4?X-Amz-Date=yesterday&X-Amz-Expires=60", ""},
		{"a.mp4?x-goog-date=" + at(signed, 0) + "&x-goog-expires=59", "less than a minute"},
		{"a.mp4?x-oss-date=" + at(signed, -time.Hour) + "&x-oss-expires=60", "has expired"},
		{"a.mp4?AWSAccessKeyId=k&Signature=s&Expires=" + epoch(-time.Second), "has expired"},
		{"a.mp4?GoogleAccessId=g&Expires=" + epoch(5*time.Minute) + "&Signature=s", "expires in 5 min"},
		{"a.mp4?se=" + at("2006-01-02T15:04:05Z", 30*time.Minute) + "&sig=x", "expires in 30 min"},
		{"a.mp4?se=" + at("2006-01-02T15:04Z", -time.Minute) + "&sig=x", "has expired"},
		{"a.mp4?se=sweden", ""},
		{"a.mp4?Expires=1795521600", "has expired"},
		{"a.mp4?Expires=1795522320&Signature=x", "expires in 12 min"},
		{"a.mp4?Expires=3600", ""},
		{"a.mp4?exp=" + epoch(10*time.Minute), "expires in 10 min"},
		{"a.mp4?exp=" + epoch(-10*time.Minute) + "000", "has expired"}, // milliseconds
		{"a.mp4?expires=" + at("2006-01-02T15:04:05Z", time.Minute), "expires in 1 min"},
		{"a.mp4?exp=4", ""},
		{"a.mp4?Policy=" + policy, "expires in 12 min"},
		{"a.mp4?Policy=eyJ9", ""},
		{"a.mp4?q-sign-time=1%3B" + epoch(-time.Hour), "has expired"},
		{"a.mp4?ex=6b057f10&hm=ab", "expires in 12 min"},
		{"a.mp4?oe=6b057f10&oh=ab", "expires in 12 min"},
		{"a.mp4?ex=cited", ""},
		{"a.mp4?hdnts=st=1~exp=" + epoch(-time.Minute) + "~acl=/*~hmac=ab", "has expired"},
		{"exp=" + epoch(-time.Minute) + "~acl=%2f*~hmac=ab/a.mp4", "has expired"},
		{"bcdn_token=ab&expires=" + epoch(20*time.Minute) + "&token_path=%2Ff%2F/f/a.mp4", "expires in 20 min"},
		{"a.mp4?token=" + webToken(-time.Minute), "has expired"},
		{"a.mp4?token=" + webToken(59*time.Minute), "expires in 59 min"},
		{"a.mp4?token=" + webToken(time.Hour), ""},
		{"a.mp4?token=eyJ.e30.x", ""},
		{"a.mp4?v=2", ""},
	} {
		d := good()
		d.Visual = "https://cdn.example.com/" + c.link
		p := d.Check(FieldVisual, desk())
		if (c.want == "") != p.None() || !strings.Contains(p.Words, c.want) {
			t.Errorf("%s: %+v, want %q", c.link, p, c.want)
		}
		if strings.Contains(c.want, "expired") != p.Blocks() {
			t.Errorf("%s: blocks = %t", c.link, p.Blocks())
		}
	}
}

// until returns a link that expires the given time after noon.
func until(d time.Duration) string {
	return "https://cdn.example.com/a.mp4?Expires=" + fmt.Sprint(noon.Add(d).Unix()) + "&Signature=x"
}

// A wrong local clock makes no link expire, and keeps none valid.
func TestLinksExpireByTheServersClock(t *testing.T) {
	d, env := good(), desk()
	d.Visual = until(2 * time.Hour)
	for skew, want := range map[time.Duration]Severity{
		0: SeverityNone, -3 * time.Hour: SeverityNone, 90 * time.Minute: SeverityWarning, 3 * time.Hour: SeverityError,
	} {
		env.Skew = skew
		if p := d.Check(FieldVisual, env); p.Severity != want {
			t.Errorf("with the server %s ahead: %+v", skew, p)
		}
	}
}
