package programs

import "errors"

// errEnough ends the reading of one input early; the next one is read.
var errEnough = errors.New("enough")

func unlessEnough(err error) error {
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}
