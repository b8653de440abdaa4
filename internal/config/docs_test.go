package config_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"wardroom/internal/config"
)

func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A setting that nobody can read about does not exist.
func TestEverySettingIsDocumented(t *testing.T) {
	t.Parallel()
	text := document(t, "operating.md")
	for field := range reflect.TypeFor[config.Settings]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("env"), ",")
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("docs/operating.md says nothing of %s", name)
		}
	}
}

func TestEveryKeyIsDocumented(t *testing.T) {
	t.Parallel()
	text := document(t, "environments.md")
	var look func(reflect.Type)
	look = func(of reflect.Type) {
		switch of.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			look(of.Elem())
		case reflect.Struct:
			for field := range of.Fields() {
				key := field.Tag.Get("yaml")
				if !strings.Contains(text, "`"+key+"`") && !strings.Contains(text, "."+key+"`") && !strings.Contains(text, "## "+key+"[]") {
					t.Errorf("docs/environments.md says nothing of %s.%s", of.Name(), key)
				}
				look(field.Type)
			}
		default:
		}
	}
	look(reflect.TypeFor[config.File]())
}
