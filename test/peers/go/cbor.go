package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"sort"
)

// The CBOR of docs/protocols.md chapter 6, as far as chapter 23 needs it: whole numbers, byte strings, text, arrays,
// maps with text keys, false and true.

type fields map[string]any

func head(out *bytes.Buffer, major byte, value uint64) {
	switch {
	case value < 24:
		out.WriteByte(major<<5 | byte(value))
	case value < 1<<8:
		out.Write([]byte{major<<5 | 24, byte(value)})
	case value < 1<<16:
		out.WriteByte(major<<5 | 25)
		binary.Write(out, binary.BigEndian, uint16(value))
	case value < 1<<32:
		out.WriteByte(major<<5 | 26)
		binary.Write(out, binary.BigEndian, uint32(value))
	default:
		out.WriteByte(major<<5 | 27)
		binary.Write(out, binary.BigEndian, value)
	}
}

func encode(out *bytes.Buffer, value any) {
	switch value := value.(type) {
	case uint64:
		head(out, 0, value)
	case []byte:
		head(out, 2, uint64(len(value)))
		out.Write(value)
	case string:
		head(out, 3, uint64(len(value)))
		out.WriteString(value)
	case []any:
		head(out, 4, uint64(len(value)))
		for _, item := range value {
			encode(out, item)
		}
	case bool:
		if value {
			out.WriteByte(0xf5)
		} else {
			out.WriteByte(0xf4)
		}
	case fields:
		keys := make([][]byte, 0, len(value))
		names := map[string]string{}
		for name := range value {
			var key bytes.Buffer
			encode(&key, name)
			keys = append(keys, key.Bytes())
			names[key.String()] = name
		}
		// Core deterministic: by the bytes of the encoded keys (RFC 8949 section 4.2.1).
		sort.Slice(keys, func(i, j int) bool { return bytes.Compare(keys[i], keys[j]) < 0 })
		head(out, 5, uint64(len(keys)))
		for _, key := range keys {
			out.Write(key)
			encode(out, value[names[string(key)]])
		}
	default:
		panic("not encoded")
	}
}

var errCut = errors.New("it is cut")

func decode(in *bytes.Reader) (any, error) {
	first, err := in.ReadByte()
	if err != nil {
		return nil, errCut
	}
	major, info := first>>5, first&31
	if major == 7 {
		if info == 20 || info == 21 {
			return info == 21, nil
		}
		return nil, errors.New("a simple value or float that no answer here has")
	}
	value, err := argument(in, info)
	if err != nil {
		return nil, err
	}
	switch major {
	case 0:
		return value, nil
	case 2, 3:
		if value > uint64(in.Len()) {
			return nil, errCut
		}
		text := make([]byte, value)
		in.Read(text)
		if major == 2 {
			return text, nil
		}
		return string(text), nil
	case 4:
		items := []any{}
		for ; value > 0; value-- {
			item, err := decode(in)
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		return items, nil
	case 5:
		all := fields{}
		for ; value > 0; value-- {
			key, err := decode(in)
			if err != nil {
				return nil, err
			}
			item, err := decode(in)
			if err != nil {
				return nil, err
			}
			if name, ok := key.(string); ok {
				all[name] = item
			}
		}
		return all, nil
	}
	return nil, errors.New("a kind that no answer here has")
}

func argument(in *bytes.Reader, info byte) (uint64, error) {
	if info < 24 {
		return uint64(info), nil
	}
	if info > 27 {
		return 0, errors.New("an indefinite length")
	}
	var value uint64
	for i := 0; i < 1<<(info-24); i++ {
		next, err := in.ReadByte()
		if err != nil {
			return 0, errCut
		}
		value = value<<8 | uint64(next)
	}
	return value, nil
}
