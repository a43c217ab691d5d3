package outbox

import (
	"encoding/json"
	"testing"
	"time"

	"dubtop/api"
	"dubtop/state/draft"
)

// sentBody returns the submission of a request, of unknown outcome since noon.
func sentBody(t interface{ Fatal(...any) }, id, body string) Submission {
	s := submissionIn(t, SubmissionUnknown)
	s.ID, s.Body = id, []byte(body)
	return s
}

// echoOf returns a job as the server shows it.
func echoOf(t *testing.T, text string) api.Generation {
	t.Helper()
	var g api.Generation
	if err := json.Unmarshal([]byte(text), &g); err != nil {
		t.Fatal(err)
	}
	if g.ID == "" {
		g.ID = "g1"
	}
	if g.CreatedAt.IsZero() {
		g.CreatedAt.Time = noon.Add(time.Second)
	}
	return g
}

const (
	plainInput = `"input":[{"type":"video","url":"https://c.example/a.mp4?sig=1"},{"type":"audio","assetId":"aud-1"}]`
	plainBody  = `{"model":"lipsync-2",` + plainInput + `,"options":{"temperature":0.5,"sync_mode":"loop"},"webhookUrl":"https://h.example/x","outputFileName":"cut_1"}`
)

func TestEchoesMatch(t *testing.T) {
	const rest = `"model":"lipsync-2","webhookUrl":"https://h.example/x","outputFileName":"cut_1"`
	for _, c := range []struct {
		why, echo string
		want      Match
	}{
		{"word for word", `{` + rest + `,` + plainInput + `,"options":{"temperature":0.5,"sync_mode":"loop"}}`, MatchExact},
		{"another order, another form of number", `{"options":{"sync_mode":"loop","temperature":5e-1},"input":[{"assetId":"aud-1","type":"audio","refId":"r"},{"url":"https://c.example/a.mp4?sig=1","type":"video"}],` + rest + `}`, MatchExact},
		{"defaults filled in", `{` + rest + `,` + plainInput + `,"options":{"temperature":0.5,"sync_mode":"loop","occlusion_detection_enabled":false,"active_speaker_detection":{"auto_detect":false},"reasoning_enabled":false,"prompt":null,"model_mode":"face"}}`, MatchExact},
		{"no options echoed", `{` + rest + `,` + plainInput + `}`, MatchExact},
		{"the name has its extension", `{"model":"lipsync-2","webhookUrl":"https://h.example/x","outputFileName":"cut_1.mp4",` + plainInput + `}`, MatchExact},
		{"no name, no webhook echoed", `{"model":"lipsync-2",` + plainInput + `}`, MatchExact},
		{"an option nobody knows", `{` + rest + `,` + plainInput + `,"options":{"temperature":0.5,"sync_mode":"loop","grade":"film"}}`, MatchLikely},
		{"an option left out", `{` + rest + `,` + plainInput + `,"options":{"sync_mode":"loop"}}`, MatchLikely},
		{"the asset's link for the asset", `{` + rest + `,"input":[{"type":"video","url":"https://c.example/a.mp4?sig=1"},{"type":"audio","url":"https://s.example/aud"}]}`, MatchLikely},
		{"another model", `{"model":"sync-3",` + plainInput + `}`, MatchNone},
		{"another query", `{"model":"lipsync-2","input":[{"type":"video","url":"https://c.example/a.mp4?sig=2"},{"type":"audio","assetId":"aud-1"}]}`, MatchNone},
		{"another asset", `{"model":"lipsync-2","input":[{"type":"video","url":"https://c.example/a.mp4?sig=1"},{"type":"audio","assetId":"aud-2"}]}`, MatchNone},
		{"one input more", `{"model":"lipsync-2","input":[{"type":"video","url":"https://c.example/a.mp4?sig=1"},{"type":"audio","assetId":"aud-1"},{"type":"audio","assetId":"aud-1"}]}`, MatchNone},
		{"another option's value", `{` + rest + `,` + plainInput + `,"options":{"temperature":0.6,"sync_mode":"loop"}}`, MatchNone},
		{"an option that was not sent", `{` + rest + `,` + plainInput + `,"options":{"temperature":0.5,"sync_mode":"loop","occlusion_detection_enabled":true}}`, MatchNone},
		{"another name", `{"model":"lipsync-2","outputFileName":"cut_2",` + plainInput + `}`, MatchNone},
		{"another webhook", `{"model":"lipsync-2","webhookUrl":"https://h.example/y",` + plainInput + `}`, MatchNone},
		{"segments", `{` + rest + `,` + plainInput + `,"segments":[{"startTime":0}]}`, MatchNone},
	} {
		s := sentBody(t, "s", plainBody)
		var m Matcher
		found := m.Candidates(&s, []api.Generation{echoOf(t, c.echo)}, free)
		got := MatchNone
		if len(found) > 0 {
			got = found[0].Match
		}
		if got != c.want {
			t.Errorf("%s: match %d, want %d", c.why, got, c.want)
		}
	}
}

func free(api.ID) bool { return false }

func TestMissingEchoesAreNoticed(t *testing.T) {
	s := sentBody(t, "s", plainBody)
	bare := echoOf(t, `{"model":"lipsync-2",`+plainInput+`}`)
	for why, other := range map[string]string{
		"a name": `{"outputFileName":"x"}`, "a webhook": `{"webhookUrl":"https://x.example"}`, "options": `{"options":{"a":1}}`,
	} {
		var m Matcher
		m.Echoes.Learn([]api.Generation{echoOf(t, other)})
		if found := m.Candidates(&s, []api.Generation{bare}, free); len(found) != 0 {
			t.Errorf("%s is echoed, and absent, but %v matched", why, found)
		}
	}
}

func TestUnsentOptionsHaveTheirDefaults(t *testing.T) {
	s := sentBody(t, "s", `{"model":"lipsync-2",`+plainInput+`}`)
	for options, want := range map[string]bool{
		`{}`: true, `{"temperature":0.5,"sync_mode":"bounce"}`: true, `{"sync_mode":null}`: true,
		`{"temperature":0}`: false, `{"sync_mode":"loop"}`: false, `{"prompt":"happy"}`: false,
	} {
		var m Matcher
		found := m.Candidates(&s, []api.Generation{echoOf(t, `{"model":"lipsync-2",`+plainInput+`,"options":`+options+`}`)}, free)
		if (len(found) == 1) != want {
			t.Errorf("%s: %v", options, found)
		}
	}
}

func TestScriptsAreComparedAsTheyAreEchoed(t *testing.T) {
	s := sentBody(t, "s", `{"model":"m","input":[{"type":"video","url":"https://c.example/a.mp4"},{"type":"text","provider":{"name":"elevenlabs","voiceId":"v1","script":"Hello\n world"}}]}`)
	for provider, want := range map[string]bool{
		`{"name":"elevenlabs","voiceId":"v1","script":"Hello\n world","stability":0.5}`: true,
		`{"name":"elevenlabs","voiceId":"v2","script":"Hello\n world"}`:                 false,
		`{"name":"elevenlabs","voiceId":"v1","script":"Hello you"}`:                     false,
	} {
		var m Matcher
		g := echoOf(t, `{"model":"m","input":[{"type":"video","url":"https://c.example/a.mp4"},{"type":"text","provider":`+provider+`}]}`)
		if found := m.Candidates(&s, []api.Generation{g}, free); (len(found) == 1) != want {
			t.Errorf("%s: %v", provider, found)
		}
	}
}

func TestOnlyJobsOfTheRightTimeMatch(t *testing.T) {
	s := sentBody(t, "s", plainBody)
	m := Matcher{Skew: time.Hour}
	for after, want := range map[time.Duration]bool{
		-3 * time.Minute: false, -time.Minute: true, 0: true, LookFor - time.Minute: true, LookFor + time.Minute: false,
	} {
		g := echoOf(t, `{"model":"lipsync-2",`+plainInput+`}`)
		g.CreatedAt.Time = noon.Add(time.Hour + after) // the server's clock is an hour ahead
		if found := m.Candidates(&s, []api.Generation{g}, free); (len(found) == 1) != want {
			t.Errorf("created %s after the attempt: %v, want %t", after, found, want)
		}
	}
	g := echoOf(t, `{"model":"lipsync-2",`+plainInput+`}`)
	if found := m.Candidates(&s, []api.Generation{g}, func(api.ID) bool { return true }); len(found) != 0 {
		t.Errorf("a claimed job is a candidate: %v", found)
	}
	g.CreatedAt.Time = time.Time{}
	if found := m.Candidates(&s, []api.Generation{g}, free); len(found) != 0 {
		t.Errorf("a job of no time is a candidate: %v", found)
	}
}

func TestFilesAreEchoedAsAssets(t *testing.T) {
	s := sentBody(t, "s", `{"model":"m","input":[{"type":"video"},{"type":"audio","url":"https://c.example/a.wav"}]}`)
	s.Files = []draft.File{{Field: "video", Path: "/clips/take.mp4", SHA256: "ab"}}
	m := Matcher{AssetMade: func(id api.ID) (time.Time, bool) { return noon.Add(-time.Hour), id == "old" }}
	for video, want := range map[string]Match{
		`{"type":"video","assetId":"new"}`:                             MatchFile,
		`{"type":"video","assetId":"old"}`:                             MatchNone,
		`{"type":"video","url":"https://s.example/u/take.mp4"}`:        MatchFile,
		`{"type":"video","url":"https://s.example/someone.mp4"}`:       MatchLikely,
		`{"type":"video"}`:                                             MatchNone,
		`{"type":"image","assetId":"new"}`:                             MatchNone,
		`{"type":"video","url":"https://c.example/a","assetId":"new"}`: MatchFile,
	} {
		g := echoOf(t, `{"model":"m","input":[`+video+`,{"type":"audio","url":"https://c.example/a.wav"}]}`)
		got := MatchNone
		if found := m.Candidates(&s, []api.Generation{g}, free); len(found) == 1 {
			got = found[0].Match
		}
		if got != want {
			t.Errorf("%s: %d, want %d", video, got, want)
		}
	}
}

func TestBatchesMatchByTimeAndSize(t *testing.T) {
	s := submissionIn(t, SubmissionUnknown)
	s.Kind, s.BatchLines, s.WebhookURL = SubmitBatch, 40, "https://h.example/x"
	at := api.Time{Time: noon.Add(time.Second)}
	var m Matcher
	found := m.BatchCandidates(&s, []api.Batch{
		{ID: "other-size", CreatedAt: at, Total: 41},
		{ID: "old", CreatedAt: api.Time{Time: noon.Add(-time.Hour)}, Total: 40},
		{ID: "other-hook", CreatedAt: at, Total: 40, WebhookURL: api.ParseURL("https://h.example/y")},
		{ID: "fits", CreatedAt: at, Total: 40, WebhookURL: api.ParseURL("https://h.example/x")},
		{ID: "fresh", CreatedAt: at},
	}, free)
	if len(found) != 2 || found[0].ID != "fits" || found[1].ID != "fresh" {
		t.Errorf("found %v", found)
	}
}
