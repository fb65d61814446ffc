package catalogue

// MessageOther is said of a message that is not delivered for a reason without words
// of its own.
const MessageOther Key = "message.other" // code

// problemTexts are the details of API problems: what happened and what to do.
// The keys are "problem." and a code of package api, "message." and a code of
// package queue for a message that is not delivered, "warning." for one accepted
// all the same, and "modem." for what is wrong with a modem, with ".remedy" for
// what to do about it. Tests of package api hold every code against this table.
var problemTexts = map[Key]text{
	// Of a whole request.
	"problem.invalid_request": {
		pl: "Zapytanie jest czytelne, ale pola są błędne. Popraw pola wymienione w errors i wyślij ponownie.",
		en: "The request can be read, but fields are wrong. Correct those named in errors and send it again.",
		es: "La petición se lee, pero hay campos incorrectos. Corrija los indicados en errors y envíela de nuevo.",
	},
	"problem.malformed_json": {
		pl: "Treść nie jest poprawnym JSON-em: błąd w wierszu %d, kolumnie %d. Sprawdź cudzysłowy, przecinki i nawiasy w tym miejscu.",
		en: "The body is not valid JSON: it breaks at line %d, column %d. Check the quotes, commas and brackets there.",
		es: "El cuerpo no es JSON válido: falla en la línea %d, columna %d. Revise ahí las comillas, comas y llaves.",
	},
	"problem.invalid_utf8": {
		pl: "Treść nie jest w UTF-8. Zapisz ją w UTF-8, zanim ją wyślesz; inaczej litery by się zmieniły.",
		en: "This is not UTF-8. Encode it as UTF-8 before sending it; otherwise letters would change.",
		es: "Esto no está en UTF-8. Codifíquelo en UTF-8 antes de enviarlo; si no, cambiarían las letras.",
	},
	"problem.nested_too_deep": {
		pl: "W treści obiekty i listy są zagnieżdżone głębiej niż %d. Wyślij treść tak, jak opisuje /docs.",
		en: "Objects and lists of the body are nested more than %d deep. Send the body as /docs describes it.",
		es: "El cuerpo anida objetos y listas a más de %d niveles. Envíelo como describe /docs.",
	},
	"problem.body_required": {
		pl: "Brakuje treści zapytania. Wyślij obiekt JSON.",
		en: "The request has no body. Send a JSON object.",
		es: "La petición no tiene cuerpo. Envíe un objeto JSON.",
	},
	"problem.body_unreadable": {
		pl: "Połączenie przerwało się, zanim nadeszła cała treść. Wyślij ponownie.",
		en: "The connection broke before the whole body had come. Send it again.",
		es: "La conexión se cortó antes de llegar el cuerpo entero. Envíelo de nuevo.",
	},
	"problem.body_too_large": {
		pl: "Treść jest większa niż %d KiB. Podziel ją na kilka zapytań.",
		en: "The body is larger than %d KiB. Split it into several requests.",
		es: "El cuerpo supera los %d KiB. Divídalo en varias peticiones.",
	},
	"problem.wrong_content_type": {
		pl: "Treść musi być JSON-em. Wyślij nagłówek Content-Type: application/json.",
		en: "The body must be JSON. Send the header Content-Type: application/json.",
		es: "El cuerpo debe ser JSON. Envíe la cabecera Content-Type: application/json.",
	},
	"problem.request_timeout": {
		pl: "Treść nadchodziła zbyt wolno. Wyślij ponownie.",
		en: "The body came too slowly. Send it again.",
		es: "El cuerpo llegó demasiado despacio. Envíelo de nuevo.",
	},
	"problem.token_missing": {
		pl: "Brakuje tokenu. Wyślij nagłówek Authorization: Bearer TOKEN; token tworzy polecenie goniec token create.",
		en: "There is no token. Send the header Authorization: Bearer TOKEN; goniec token create makes one.",
		es: "Falta el token. Envíe la cabecera Authorization: Bearer TOKEN; lo crea goniec token create.",
	},
	"problem.token_malformed": {
		pl: "To nie jest cały token. Skopiuj go ponownie w całości; zaczyna się od gnc_.",
		en: "This is not a whole token. Copy it again, all of it; it begins with gnc_.",
		es: "Esto no es un token completo. Cópielo otra vez entero; empieza por gnc_.",
	},
	"problem.token_unknown": {
		pl: "Ten token jest nieznany albo unieważniony. Utwórz nowy poleceniem goniec token create.",
		en: "This token is unknown or was revoked. Make a new one with goniec token create.",
		es: "Este token es desconocido o se ha revocado. Cree otro con goniec token create.",
	},
	"problem.scope_missing": {
		pl: "Ten token nie ma uprawnienia %s. Utwórz token, który je ma.",
		en: "This token lacks the scope %s. Make a token that has it.",
		es: "Este token no tiene el permiso %s. Cree un token que lo tenga.",
	},
	"problem.route_not_found": {
		pl: "Pod tym adresem nic nie ma. Adresy są opisane w /docs.",
		en: "There is nothing at this address. The addresses are described at /docs.",
		es: "No hay nada en esta dirección. Las direcciones se describen en /docs.",
	},
	"problem.method_not_allowed": {
		pl: "Ten adres nie przyjmuje tej metody. Przyjmuje: %s.",
		en: "This address does not take this method. It takes: %s.",
		es: "Esta dirección no admite este método. Admite: %s.",
	},
	"problem.message_not_found": {
		pl: "Nie ma wiadomości o tym id. Mogła zostać usunięta po okresie przechowywania.",
		en: "There is no message with this id. It may have been removed after its retention.",
		es: "No hay ningún mensaje con este id. Puede haberse eliminado al acabar su conservación.",
	},
	"problem.inbound_not_found": {
		pl: "Nie ma odebranej wiadomości o tym id. Mogła zostać usunięta po okresie przechowywania.",
		en: "There is no received message with this id. It may have been removed after its retention.",
		es: "No hay ningún mensaje recibido con este id. Puede haberse eliminado al acabar su conservación.",
	},
	"problem.modem_not_found": {
		pl: "Nie ma modemu o tej nazwie. Nazwy podaje GET /v1/modems.",
		en: "There is no modem of this name. GET /v1/modems lists the names.",
		es: "No hay ningún módem con este nombre. GET /v1/modems da los nombres.",
	},
	"problem.token_not_found": {
		pl: "Nie ma tokenu o tej nazwie ani o tym id. Tokeny podaje GET /v1/tokens.",
		en: "There is no token of this name or id. GET /v1/tokens lists them.",
		es: "No hay ningún token con este nombre o id. GET /v1/tokens los da.",
	},
	"problem.idempotency_key_reused": {
		pl: "Ten Idempotency-Key był już użyty z inną treścią. Użyj nowego klucza; tego samego tylko wtedy, gdy powtarzasz to samo zapytanie.",
		en: "This Idempotency-Key was used before with another body. Use a new key; the same one only to repeat the same request.",
		es: "Este Idempotency-Key ya se usó con otro cuerpo. Use una clave nueva; la misma solo para repetir la misma petición.",
	},
	"problem.idempotency_key_invalid": {
		pl: "Idempotency-Key nie może być taki. Podaj od 1 do 255 drukowalnych znaków ASCII, z cudzysłowem lub bez.",
		en: "The Idempotency-Key cannot be so. Give 1 to 255 printable ASCII characters, in quotes or without.",
		es: "El Idempotency-Key no puede ser así. Dé de 1 a 255 caracteres ASCII imprimibles, con comillas o sin ellas.",
	},
	"problem.message_in_flight": {
		pl: "Część wiadomości jest już w modemie albo wysłana. Nie można jej cofnąć.",
		en: "A part of the message is with a modem or has been sent. It cannot be called back.",
		es: "Una parte del mensaje ya está en un módem o se ha enviado. No se puede retirar.",
	},
	"problem.message_ended": {
		pl: "Ta wiadomość jest już zakończona. Aby wysłać ją ponownie, utwórz nową.",
		en: "This message has ended. To send it again, post a new one.",
		es: "Este mensaje ya ha terminado. Para enviarlo otra vez, cree uno nuevo.",
	},
	"problem.message_not_held": {
		pl: "Ta wiadomość nie jest ani wstrzymana, ani niepewna, więc nie ma czego zwalniać.",
		en: "This message is neither held nor uncertain, so there is nothing to release.",
		es: "Este mensaje no está retenido ni es incierto; no hay nada que liberar.",
	},
	"problem.token_exists": {
		pl: "Token o tej nazwie już istnieje. Wybierz inną nazwę albo najpierw go unieważnij.",
		en: "There is a token of this name. Choose another name, or revoke that one first.",
		es: "Ya hay un token con este nombre. Elija otro nombre o revoque antes aquel.",
	},
	"problem.event_unknown": {
		pl: "Nie znamy zdarzenia podanego w Last-Event-ID. Otwórz strumień bez tego nagłówka i odczytaj stan wiadomości.",
		en: "We do not know the event named in Last-Event-ID. Open the stream without this header and read the messages' states.",
		es: "No conocemos el evento indicado en Last-Event-ID. Abra el flujo sin esa cabecera y lea el estado de los mensajes.",
	},
	"problem.modem_failed": {
		pl: "Modem zawiódł w trakcie. Bramka przywraca go sama; spróbuj ponownie za minutę. GET /v1/modems podaje przyczynę.",
		en: "The modem failed meanwhile. The gateway recovers it by itself; try again in a minute. GET /v1/modems tells the cause.",
		es: "El módem falló entretanto. La pasarela lo recupera sola; inténtelo en un minuto. GET /v1/modems da la causa.",
	},
	"problem.ussd_refused": {
		pl: "Sieć albo modem nie odpowiada na ten kod. Popraw kod albo zapytaj operatora, którym kodem sprawdza się saldo.",
		en: "Network or modem do not answer this code. Correct it, or ask the operator for the one that tells the credit.",
		es: "La red o el módem no contestan a este código. Corríjalo o pregunte al operador cuál da el saldo.",
	},
	"problem.ussd_timeout": {
		pl: "Sieć nie odpowiedziała na kod na czas. Spróbuj ponownie później.",
		en: "The network did not answer the code in time. Try again later.",
		es: "La red no contestó al código a tiempo. Inténtelo más tarde.",
	},
	"problem.rate_limited": {
		pl: "Ten token wysyła zbyt wiele zapytań. Zaczekaj tyle sekund, ile podaje Retry-After.",
		en: "This token makes too many requests. Wait as many seconds as Retry-After says.",
		es: "Este token hace demasiadas peticiones. Espere los segundos que indica Retry-After.",
	},
	"problem.too_many_streams": {
		pl: "Ten token ma już otwarte %d {1:strumień|strumienie|strumieni} zdarzeń, a więcej nie może. Zamknij jeden z nich.",
		en: "This token has %d event {1:stream|streams} open, and may have no more. Close one of them.",
		es: "Este token tiene abiertos %d {1:flujo|flujos} de eventos y no puede tener más. Cierre uno de ellos.",
	},
	"problem.not_ready": {
		pl: "Bramka nie może teraz przyjmować i wysyłać. Czego brakuje, podaje errors.",
		en: "The gateway cannot take and send now. errors says what is missing.",
		es: "La pasarela no puede ahora aceptar y enviar. errors dice qué falta.",
	},
	"problem.shutting_down": {
		pl: "Bramka właśnie się zatrzymuje. Spróbuj ponownie za chwilę.",
		en: "The gateway is shutting down. Try again in a moment.",
		es: "La pasarela se está deteniendo. Inténtelo de nuevo en un momento.",
	},
	"problem.storage_full": {
		pl: "Dysk bramki jest pełny, więc niczego nie przyjęto. Zwolnij miejsce na dysku i wyślij ponownie.",
		en: "The gateway's disk is full, so nothing was accepted. Free space on it and send again.",
		es: "El disco de la pasarela está lleno y no se ha aceptado nada. Libere espacio y envíe de nuevo.",
	},
	"problem.storage_failed": {
		pl: "Dysk bramki nie przyjmuje zapisu, więc niczego nie przyjęto. Sprawdź dysk i wyślij ponownie z tym samym Idempotency-Key.",
		en: "The gateway's disk takes no writes, so nothing was accepted. Check the disk and send again with the same Idempotency-Key.",
		es: "El disco de la pasarela no admite escrituras y no se ha aceptado nada. Compruebe el disco y envíe de nuevo con el mismo Idempotency-Key.",
	},
	"problem.internal_error": {
		pl: "Bramka zawiodła. Przyczyna jest w jej dzienniku pod numerem z pola instance. Wyślij ponownie z tym samym Idempotency-Key.",
		en: "The gateway failed. Its log has the cause under the id in instance. Send again with the same Idempotency-Key.",
		es: "La pasarela ha fallado. La causa está en su registro bajo el id de instance. Envíe de nuevo con el mismo Idempotency-Key.",
	},
	"problem.request_interrupted": {
		pl: "Zapytanie przerwano, zanim się skończyło. Wyślij ponownie z tym samym Idempotency-Key.",
		en: "The request was interrupted before it was done. Send again with the same Idempotency-Key.",
		es: "La petición se interrumpió antes de acabar. Envíela de nuevo con el mismo Idempotency-Key.",
	},

	// Of one field.
	"problem.unknown_field": {
		pl: "Nie ma takiego pola. Usuń je albo popraw nazwę. Są pola: %s.",
		en: "There is no such field. Remove it or correct its name. There are: %s.",
		es: "No existe ese campo. Quítelo o corrija su nombre. Existen: %s.",
	},
	"problem.unknown_parameter": {
		pl: "Nie ma takiego parametru. Usuń go albo popraw nazwę. Są parametry: %s.",
		en: "There is no such parameter. Remove it or correct its name. There are: %s.",
		es: "No existe ese parámetro. Quítelo o corrija su nombre. Existen: %s.",
	},
	"problem.duplicate_field": {
		pl: "To pole stoi w obiekcie dwa razy i nie wiadomo, które jest właściwe. Podaj je raz.",
		en: "This field stands twice in its object, and nobody can know which is meant. Give it once.",
		es: "Este campo está dos veces en su objeto y no se sabe cuál vale. Indíquelo una vez.",
	},
	"problem.control_character": {
		pl: "Znak numer %d jest znakiem sterującym. Usuń go.",
		en: "Character number %d is a control character. Remove it.",
		es: "El carácter número %d es de control. Quítelo.",
	},
	"problem.required": {
		pl: "Tego pola brakuje. Podaj je.",
		en: "This field is missing. Give it.",
		es: "Falta este campo. Indíquelo.",
	},
	"problem.wrong_type": {
		pl: "Wartość jest innego typu. Podaj: %s.",
		en: "The value is of another type. Give: %s.",
		es: "El valor es de otro tipo. Indique: %s.",
	},
	"problem.not_one_of": {
		pl: "Takiej wartości nie ma. Podaj jedną z: %s.",
		en: "There is no such value. Give one of: %s.",
		es: "Ese valor no existe. Indique uno de: %s.",
	},
	"problem.too_long": {
		pl: "Wartość jest za długa. Może mieć najwyżej %d {1:znak|znaki|znaków}.",
		en: "The value is too long. It may have at most %d {1:character|characters}.",
		es: "El valor es demasiado largo. Puede tener como máximo %d {1:carácter|caracteres}.",
	},
	"problem.empty": {
		pl: "Pole jest puste. Wypełnij je.",
		en: "The field is empty. Fill it in.",
		es: "El campo está vacío. Rellénelo.",
	},
	"problem.out_of_range": {
		pl: "Podaj liczbę całkowitą od %d do %d.",
		en: "Give a whole number from %d to %d.",
		es: "Indique un número entero de %d a %d.",
	},
	"problem.not_a_time": {
		pl: "To nie jest czas według RFC 3339. Podaj na przykład 2026-11-23T08:00:00+01:00; w adresie zapisz + jako %2B.",
		en: "This is not a time as of RFC 3339. Give for example 2026-11-23T08:00:00+01:00; in an address write + as %2B.",
		es: "Esto no es una hora según RFC 3339. Indique por ejemplo 2026-11-23T08:00:00+01:00; en una dirección escriba + como %2B.",
	},
	"problem.wrong_format": {
		pl: "Wartość nie ma wymaganej postaci. Postać jest opisana w /docs.",
		en: "The value does not have the form it must have. /docs describes it.",
		es: "El valor no tiene la forma debida. /docs la describe.",
	},
	"problem.too_many_items": {
		pl: "Lista jest za długa. Może mieć najwyżej %d {1:element|elementy|elementów}. Podziel ją.",
		en: "The list is too long. It may have at most %d {1:item|items}. Split it.",
		es: "La lista es demasiado larga. Puede tener como máximo %d {1:elemento|elementos}. Divídala.",
	},
	"problem.too_few_items": {
		pl: "Lista jest za krótka. Musi mieć co najmniej %d {1:element|elementy|elementów}.",
		en: "The list is too short. It must have at least %d {1:item|items}.",
		es: "La lista es demasiado corta. Debe tener al menos %d {1:elemento|elementos}.",
	},
	"problem.cursor_invalid": {
		pl: "Ten cursor nie pasuje. Użyj wartości next z poprzedniej strony z tymi samymi filtrami albo zacznij bez niego.",
		en: "This cursor does not fit. Use the next of the page before with the same filters, or begin without one.",
		es: "Este cursor no corresponde. Use el next de la página anterior con los mismos filtros o empiece sin él.",
	},
	"problem.text_empty": {
		pl: "Tekst jest pusty albo nic w nim nie widać. Wpisz treść.",
		en: "The text is empty, or nothing of it shows. Write one.",
		es: "El texto está vacío o no se ve nada en él. Escriba uno.",
	},
	"problem.text_control_character": {
		pl: "Znak numer %d jest znakiem sterującym, którego nie da się wysłać. Usuń go.",
		en: "Character number %d is a control character, which cannot be sent. Remove it.",
		es: "El carácter número %d es de control y no se puede enviar. Quítelo.",
	},
	"problem.text_not_in_gsm7": {
		pl: "Znaku numer %d nie ma w alfabecie GSM 7-bit. Zamień go albo użyj kodowania auto lub fold.",
		en: "Character number %d is not in the GSM 7-bit alphabet. Replace it, or use encoding auto or fold.",
		es: "El carácter número %d no está en el alfabeto GSM de 7 bits. Cámbielo o use la codificación auto o fold.",
	},
	"problem.text_too_many_parts": {
		pl: "Tekst zająłby %d {1:SMS|SMS-y|SMS-ów}, a może zająć najwyżej %d. Skróć go.",
		en: "The text would take %d SMS, and may take at most %d. Shorten it.",
		es: "El texto ocuparía %d SMS y puede ocupar como máximo %d. Acórtelo.",
	},
	"problem.number_empty": {
		pl: "Brakuje numeru. Podaj na przykład +48 i dziewięć cyfr.",
		en: "The number is missing. Give for example +48 and nine digits.",
		es: "Falta el número. Indique por ejemplo +34 y nueve cifras.",
	},
	"problem.number_two_numbers": {
		pl: "W polu są dwa numery. Wyślij osobną wiadomość na każdy z nich.",
		en: "There are two numbers in the field. Send a message of its own to each.",
		es: "Hay dos números en el campo. Envíe un mensaje a cada uno.",
	},
	"problem.number_invalid": {
		pl: "Taki numer nie może istnieć. Sprawdź liczbę cyfr i kierunkowy kraju, na przykład +48 i dziewięć cyfr.",
		en: "There can be no such number. Check how many digits it has and the country code, for example +48 and nine digits.",
		es: "Ese número no puede existir. Compruebe cuántas cifras tiene y el prefijo del país, por ejemplo +34 y nueve cifras.",
	},
	"problem.number_country_not_allowed": {
		pl: "Numery tego kraju nie są dozwolone. Jeśli mają być, dopisz kraj do countries w konfiguracji.",
		en: "Numbers of this country are not allowed. If they should be, add the country to countries in the configuration.",
		es: "Los números de este país no están permitidos. Si deben estarlo, añada el país a countries en la configuración.",
	},
	"problem.number_premium": {
		pl: "To numer o podwyższonej opłacie; na takie nie wysyłamy.",
		en: "This is a premium-rate number; we do not send to those.",
		es: "Es un número de tarificación adicional; no enviamos a esos números.",
	},
	"problem.number_unknown_short_code": {
		pl: "Ten krótki numer nie jest dozwolony. Jeśli ma być, dopisz go do short_codes w konfiguracji.",
		en: "This short code is not allowed. If it should be, add it to short_codes in the configuration.",
		es: "Este número corto no está permitido. Si debe estarlo, añádalo a short_codes en la configuración.",
	},
	"problem.number_emergency": {
		pl: "To numer alarmowy; na takie nie wysyłamy. W nagłej potrzebie zadzwoń.",
		en: "This is an emergency number; we do not send to those. In an emergency, phone.",
		es: "Es un número de emergencias; no enviamos a esos números. En una emergencia, llame.",
	},
	"problem.expires_in_the_past": {
		pl: "Ten czas już minął, więc wiadomość nigdy by nie wyszła. Podaj późniejszy; sprawdź też zegar i strefę czasową.",
		en: "This time is over, so the message would never go out. Give a later one; check the clock and the time zone as well.",
		es: "Esa hora ya ha pasado y el mensaje nunca saldría. Indique una posterior; revise también el reloj y la zona horaria.",
	},
	"problem.expires_before_send": {
		pl: "Wiadomość wygasłaby, zanim mogłaby wyjść. Podaj expires_at późniejszy niż send_at.",
		en: "The message would expire before it may go out. Give an expires_at later than send_at.",
		es: "El mensaje caducaría antes de poder salir. Indique un expires_at posterior a send_at.",
	},
	"problem.send_at_too_far": {
		pl: "Ten czas jest zbyt odległy. Sprawdź rok.",
		en: "This time is too far away. Check the year.",
		es: "Esa hora está demasiado lejos. Compruebe el año.",
	},
	"problem.modem_unknown": {
		pl: "Nie ma modemu o tej nazwie. Nazwy podaje GET /v1/modems; bez tego pola wiadomość wyjdzie przez dowolny.",
		en: "There is no modem of this name. GET /v1/modems lists the names; without this field the message goes out through any.",
		es: "No hay ningún módem con este nombre. GET /v1/modems da los nombres; sin este campo el mensaje sale por cualquiera.",
	},
	"problem.no_modem": {
		pl: "Nie ma żadnego modemu. Podłącz modem i wpisz go w modems w konfiguracji.",
		en: "There is no modem. Plug one in and name it under modems in the configuration.",
		es: "No hay ningún módem. Conecte uno e indíquelo en modems en la configuración.",
	},
	"problem.no_modem_ready": {
		pl: "Żaden z modemów (%d) nie może wysyłać. GET /v1/modems mówi, co jest nie tak z każdym i co zrobić.",
		en: "None of the modems (%d) can send. GET /v1/modems says what is wrong with each and what to do.",
		es: "Ninguno de los módems (%d) puede enviar. GET /v1/modems dice qué le pasa a cada uno y qué hacer.",
	},
	"problem.store_full": {
		pl: "Dysk, na którym leży data_dir, jest pełny, więc wiadomości są odrzucane. Zwolnij na nim miejsce.",
		en: "The disk that data_dir is on is full, so messages are refused. Free space on it.",
		es: "El disco donde está data_dir está lleno y se rechazan los mensajes. Libere espacio en él.",
	},
	"problem.store_broken": {
		pl: "Dysk, na którym leży data_dir, nie przyjmuje zapisu. Sprawdź, czy jest zamontowany do zapisu i czy jest sprawny.",
		en: "The disk that data_dir is on takes no writes. Check that it is mounted for writing, and that it is healthy.",
		es: "El disco donde está data_dir no admite escrituras. Compruebe que está montado para escribir y que está sano.",
	},
	"problem.store_failed": {
		pl: "Nie da się zapisywać wiadomości w data_dir. Przyczyna jest w dzienniku bramki przy słowach not ready.",
		en: "Messages cannot be written to data_dir. The gateway's log has the cause at the words not ready.",
		es: "No se pueden escribir mensajes en data_dir. La causa está en el registro de la pasarela, junto a not ready.",
	},

	// Why a message is not delivered.
	"message.quiet_hours": {
		pl: "Trwają godziny ciszy albo dzień wolny. Wiadomość wyjdzie, gdy miną. Aby wyszła od razu, zwolnij ją.",
		en: "These are quiet hours or a day off. The message goes when they are over. To send it now, release it.",
		es: "Son horas de silencio o un día libre. El mensaje saldrá cuando terminen. Para enviarlo ya, libérelo.",
	},
	"message.uncertain": {
		pl: "Wiadomość opuściła bramkę, ale modem nie odpowiedział. Czekamy na raport doręczenia.",
		en: "The message left the gateway, but the modem did not answer. We are waiting for the delivery report.",
		es: "El mensaje salió de la pasarela, pero el módem no contestó. Esperamos el informe de entrega.",
	},
	"message.decision": {
		pl: "Nie wiadomo, czy wiadomość doszła. Zdecyduj: zwolnij ją, by wysłać jeszcze raz, albo ją anuluj.",
		en: "Nobody knows whether the message arrived. Decide: release it to send it once more, or cancel it.",
		es: "No se sabe si el mensaje llegó. Decida: libérelo para enviarlo otra vez o cancélelo.",
	},
	"message.unknown_outcome": {
		pl: "Wiadomość mogła zostać wysłana albo nie, a jej czas minął. Upewnij się u odbiorcy.",
		en: "The message may have been sent or not, and its time is over. Ask the recipient.",
		es: "El mensaje pudo enviarse o no, y su plazo ha pasado. Pregunte al destinatario.",
	},
	"message.expired": {
		pl: "Wiadomość nie wyszła przed upływem swojego terminu, więc jej nie wysłano.",
		en: "The message did not go out before its time ran out, so it was not sent.",
		es: "El mensaje no salió antes de que venciera su plazo y no se envió.",
	},
	"message.undelivered": {
		pl: "Sieć nie doręczyła wiadomości i nie spróbuje ponownie. Sprawdź numer albo zadzwoń.",
		en: "The network did not deliver the message and will not try again. Check the number, or phone.",
		es: "La red no entregó el mensaje y no lo intentará más. Compruebe el número o llame.",
	},
	"message.sc_expired": {
		pl: "Telefon odbiorcy był zbyt długo niedostępny i sieć przestała próbować.",
		en: "The recipient's phone was out of reach for too long, and the network stopped trying.",
		es: "El teléfono del destinatario estuvo demasiado tiempo sin cobertura y la red dejó de intentarlo.",
	},
	"message.sc_abandoned": {
		pl: "Sieć przestała próbować doręczyć wiadomość, także po ponownym wysłaniu.",
		en: "The network stopped trying to deliver the message, even after it was sent again.",
		es: "La red dejó de intentar entregar el mensaje, incluso tras enviarlo de nuevo.",
	},
	"message.sc_retry": {
		pl: "Sieć na razie przestała próbować doręczyć wiadomość. Wyślemy ją później jeszcze raz.",
		en: "The network has stopped trying to deliver the message for now. We send it once more later.",
		es: "La red ha dejado por ahora de intentar entregar el mensaje. Lo enviaremos otra vez más tarde.",
	},
	"message.sim_gone": {
		pl: "Karta SIM, z której wyszła pierwsza część, nic nie wysyła. Włącz jej modem albo zwolnij wiadomość; jeśli to nie pomoże, całość wyjdzie później od nowa z innej.",
		en: "The SIM that the first part left by sends nothing. Turn its modem on, or release the message; if that does not help, all of it goes anew by another later.",
		es: "La SIM por la que salió la primera parte no envía nada. Encienda su módem o libere el mensaje; si eso no ayuda, más tarde saldrá entero de nuevo por otra.",
	},
	"message.restored": {
		pl: "Dane pochodzą z kopii, więc nie wiadomo, czy wiadomość nie wyszła już wcześniej. Zdecyduj: zwolnij ją, by ją wysłać, albo ją anuluj.",
		en: "The data is that of a backup, so nobody knows whether the message has gone out since. Decide: release it to send it, or cancel it.",
		es: "Los datos son de una copia, así que no se sabe si el mensaje ya salió. Decida: libérelo para enviarlo o cancélelo.",
	},
	"message.recipient_cap": {
		pl: "Na ten numer wysłano już tyle części, na ile pozwala recipient_cap. Wiadomość wyjdzie sama, gdy będzie wolno; zwolnienie nic nie da. Sprawdź, kto wysyła tyle na jeden numer, i anuluj, co zbędne.",
		en: "This number has been sent as many parts as recipient_cap allows. The message goes by itself when it may; releasing it does not help. Find out who sends so much to one number, and cancel what is not wanted.",
		es: "A este número ya se le han enviado tantas partes como permite recipient_cap. El mensaje saldrá solo cuando se pueda; liberarlo no sirve. Averigüe quién envía tanto a un solo número y cancele lo que sobre.",
	},
	"message.uncounted": {
		pl: "Bramka zatrzymała wiadomość, bo nie policzono jej względem recipient_cap. To błąd programu: zgłoś go razem z dziennikiem.",
		en: "The gateway stopped the message, because it was not counted against recipient_cap. That is a bug: report it with the log.",
		es: "La pasarela detuvo el mensaje porque no se contó respecto a recipient_cap. Es un error del programa: comuníquelo con el registro.",
	},
	"message.number_unknown": {
		pl: "Sieć nie zna tego numeru. Sprawdź numer odbiorcy.",
		en: "The network does not know this number. Check the recipient's number.",
		es: "La red no conoce este número. Compruebe el número del destinatario.",
	},
	"message.number_barred": {
		pl: "Sieć nie wysyła SMS-ów na ten numer. Sprawdź numer albo zadzwoń.",
		en: "The network sends no texts to this number. Check the number, or phone.",
		es: "La red no envía SMS a este número. Compruebe el número o llame.",
	},
	"message.rejected": {
		pl: "Sieć odrzuciła wiadomość; często brakuje środków na karcie albo uznano ją za spam. Sprawdź saldo i zapytaj operatora.",
		en: "The network rejected the message; often for want of credit, or as spam. Check the balance and ask the operator.",
		es: "La red rechazó el mensaje; a menudo por falta de saldo o por parecer spam. Compruebe el saldo y pregunte al operador.",
	},
	"message.phone_off": {
		pl: "Telefon odbiorcy jest wyłączony albo poza zasięgiem.",
		en: "The recipient's phone is off or out of reach.",
		es: "El teléfono del destinatario está apagado o sin cobertura.",
	},
	"message.network": {
		pl: "Sieć jest przeciążona albo nie działa.",
		en: "The network is busy or out of order.",
		es: "La red está saturada o no funciona.",
	},
	"message.sender_barred": {
		pl: "Operator nie pozwala tej karcie wysyłać SMS-ów. Sprawdź saldo i taryfę, zapytaj operatora.",
		en: "The operator does not let this SIM send texts. Check the balance and the tariff; ask the operator.",
		es: "El operador no deja enviar SMS con esta tarjeta. Compruebe el saldo y la tarifa; pregunte al operador.",
	},
	"message.no_centre": {
		pl: "Karta SIM nie zna numeru centrum SMS. Włóż ją do telefonu i wpisz w ustawieniach wiadomości numer od operatora.",
		en: "The SIM does not know the number of the service centre. Put it into a phone and enter the operator's in the message settings.",
		es: "La SIM no conoce el número del centro de servicio. Póngala en un teléfono e introduzca el del operador en los ajustes de mensajes.",
	},
	"message.no_network": {
		pl: "Modem nie ma sieci. Sprawdź antenę i zasięg.",
		en: "The modem has no network. Check the antenna and the coverage.",
		es: "El módem no tiene red. Revise la antena y la cobertura.",
	},
	"message.no_reason": {
		pl: "Modem nie wysłał wiadomości i nie podał powodu; najczęściej to brak środków na karcie albo słaby zasięg. Sprawdź jedno i drugie.",
		en: "The modem did not send the message and gave no reason; most often it is credit or coverage. Check both.",
		es: "El módem no envió el mensaje y no dio motivo; lo más común es el saldo o la cobertura. Revise ambos.",
	},
	MessageOther: {
		pl: "Modem albo sieć nie przyjęła wiadomości (kod %s).",
		en: "The modem or the network did not take the message (code %s).",
		es: "El módem o la red no aceptó el mensaje (código %s).",
	},
	"warning.fixed_line": {
		pl: "To wygląda na telefon stacjonarny; SMS może nie dojść.",
		en: "This looks like a fixed line; a text may not arrive.",
		es: "Parece un teléfono fijo; el SMS puede no llegar.",
	},
}
