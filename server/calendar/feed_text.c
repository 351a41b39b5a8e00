/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/calendar/feed_text.h"

#include <string.h>

static const struct feed_words words[] = {
	{ "en", { "My shifts", "My shifts by activity" },
	  { "Work", "Break", "Meal", "Training", "Meeting", "Travel" }, "Time off" },
	{ "es", { "Mis turnos", "Mis turnos por actividad" },
	  { "Trabajo", "Pausa", "Comida", "Capacitación", "Reunión", "Traslado" }, "Tiempo libre" },
	{ "pt", { "Meus turnos", "Meus turnos por atividade" },
	  { "Trabalho", "Pausa", "Refeição", "Treinamento", "Reunião", "Deslocamento" }, "Folga" },
};

const struct feed_words *feed_words_for(const char *locale)
{
	for (size_t i = 0; locale && i < sizeof words / sizeof words[0]; i++)
		if (strncmp(locale, words[i].locale, 2) == 0)
			return &words[i];
	return &words[0];
}
