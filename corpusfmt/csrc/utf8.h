/* UTF-8 (Unicode 16.0, D92). */

static int is_utf8(const u8 *p, size_t size)
{
    const u8 *end = p + size;
    while (p < end) {
        if (*p < 0x80) {
#ifdef HAS_SSE2
            while (end - p >= 16 && !_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)p)))
                p += 16;
#endif
            while (end - p >= 8) {
                uint64_t word;
                memcpy(&word, p, 8);
                if (word & 0x8080808080808080u)
                    break;
                p += 8;
            }
            while (p < end && *p < 0x80)
                p++;
            continue;
        }
        u8 lead = *p;
        ptrdiff_t left = end - p;
        if (lead < 0xE0) {
            if (lead < 0xC2 || left < 2 || (p[1] & 0xC0) != 0x80)
                return 0;
            p += 2;
        } else if (lead < 0xF0) {
            if (left < 3 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80)
                return 0;
            if ((lead == 0xE0 && p[1] < 0xA0) || (lead == 0xED && p[1] > 0x9F))
                return 0;
            p += 3;
        } else {
            if (lead > 0xF4 || left < 4 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80 || (p[3] & 0xC0) != 0x80)
                return 0;
            if ((lead == 0xF0 && p[1] < 0x90) || (lead == 0xF4 && p[1] > 0x8F))
                return 0;
            p += 4;
        }
    }
    return 1;
}
