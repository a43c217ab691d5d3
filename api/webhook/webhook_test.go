package webhook_test

import (
	"errors"
	"strings"
	"testing"

	"dubtop/api/webhook"
)

const secret = "whsec_test"

// messages are examples of messages of a job and of a batch, with their
// signatures.
func messages() map[string]string {
	return map[string]string{
		"t=1767225600,v1=f2a0e9cc79f6a8d5063bc6718561e872509983827740ea4ee5622da1c7e8d2b4": `{"id":"x"}`,
		"t=1780388400,v1=6ad4ca14a852053e976d07e63e7db956fa2f3b03550473d43f597ef36263e94a": `{"id":"6f1c0f52-7b0a-4b60-9a55-0a4f6a9f2f11","createdAt":"2026-06-02T08:15:30.412Z","status":"COMPLETED","model":"lipsync-2","input":[{"type":"video","url":"https://cdn.example.com/talk.mp4"},{"type":"audio","url":"https://cdn.example.com/line.wav"}],"outputUrl":"https://api.sync.so/v2/generations/6f1c0f52-7b0a-4b60-9a55-0a4f6a9f2f11/result?token=9b2f6a10-0000-4000-8000-0000000000aa","outputDuration":12.48}`,
		"t=1780388400,v1=166bf20fdea7d7014dc44bb74bb8acf48be92918dc6f2db140907ff37c88e3c5": `{"id":"batch_abc123","createdAt":"2026-06-02T08:00:00Z","status":"COMPLETED","metrics":{"totalGenerations":20,"successCount":19,"failedCount":1,"pendingCount":0},"options":{},"outputUrl":"https://api.sync.so/v2/batches/batch_abc123/result"}`,
	}
}

func TestSignaturesFit(t *testing.T) {
	for signature, body := range messages() {
		for _, form := range []string{signature, "Sync-Signature: " + signature, "v1=00,v2=x," + signature, strings.ReplaceAll(signature, ",", ", ")} {
			if s, err := webhook.Verify([]byte(secret+"\n"), form, []byte(body)); err != nil || s.Compact || s.At.Year() != 2026 {
				t.Errorf("%s: %+v, %v", form, s, err)
			}
		}
		if s, err := webhook.Verify([]byte(secret), signature, []byte(strings.ReplaceAll(body, ",\"", ",\n  \"")+"\n")); err != nil || !s.Compact {
			t.Errorf("indented: %+v, %v", s, err)
		}
	}
}

// One changed byte, in the body, in the time or in the secret, is noticed.
func TestEveryByteCounts(t *testing.T) {
	for signature, body := range messages() {
		for i := range len(body) {
			changed := []byte(body)
			changed[i] ^= 1
			if _, err := webhook.Verify([]byte(secret), signature, changed); !errors.Is(err, webhook.ErrMismatch) {
				t.Fatalf("byte %d of %s: %v", i, body, err)
			}
		}
		later := strings.Replace(signature, "t=17", "t=18", 1)
		for _, c := range [][2]string{{secret, later}, {"whsec_tesT", signature}, {"test", signature}} {
			if _, err := webhook.Verify([]byte(c[0]), c[1], []byte(body)); !errors.Is(err, webhook.ErrMismatch) {
				t.Errorf("%v: %v", c, err)
			}
		}
	}
}

func TestUnreadableSignatures(t *testing.T) {
	for _, signature := range []string{"", "t=1", "v1=" + strings.Repeat("0", 64), "t=x,v1=" + strings.Repeat("0", 64), "t=1,t=2,v1=" + strings.Repeat("0", 64), "t=1,v1=zz", "t=-1,v1=" + strings.Repeat("0", 64)} {
		if _, err := webhook.Verify([]byte(secret), signature, nil); !errors.Is(err, webhook.ErrMalformed) {
			t.Errorf("%q: %v", signature, err)
		}
	}
	if _, err := webhook.Verify([]byte(" \n"), "t=1,v1="+strings.Repeat("0", 64), nil); !errors.Is(err, webhook.ErrNoSecret) {
		t.Error(err)
	}
}
