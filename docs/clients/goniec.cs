// A client of Goniec in C#, for .NET 10 and later: dotnet run goniec.cs -- send TO TEXT KEY
// README.md tells its commands.
#:property PublishAot=false

using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

string[] final = ["delivered", "failed", "expired", "cancelled"];
using var http = new HttpClient
{
    BaseAddress = new Uri(Environment.GetEnvironmentVariable("GONIEC_URL") ?? "http://127.0.0.1:8080"),
    Timeout = TimeSpan.FromSeconds(30),
};
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Environment.GetEnvironmentVariable("GONIEC_TOKEN"));

switch (args)
{
    case ["send", var to, var text, var key]:
        await Send(to, text, key);
        return 0;
    case ["ask", var to, var text, var key]:
        await Ask(to, text, key);
        return 0;
    case ["inbox", .. var rest]:
        await Inbox(rest.FirstOrDefault() ?? "");
        return 0;
    case ["webhook", var port]:
        await Webhook(port);
        return 0;
    default:
        Console.Error.WriteLine("usage: goniec.cs send TO TEXT KEY | ask TO TEXT KEY | inbox [AFTER] | webhook PORT");
        return 2;
}

// Calls again after 429, 500, 503, 507 and a broken connection.
async Task<JsonNode> Call(HttpMethod method, string path, JsonObject? body = null, string? key = null)
{
    for (var attempt = 0; ; attempt++)
    {
        var pause = TimeSpan.FromSeconds(Math.Pow(2, attempt));
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        if (key is not null) request.Headers.Add("Idempotency-Key", key); // the same in every attempt, so that nothing is sent twice
        try
        {
            using var answer = await http.SendAsync(request);
            var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
            if (answer.IsSuccessStatusCode) return json;
            if ((int)answer.StatusCode is not (429 or 500 or 503 or 507) || attempt == 5)
            {
                var wrong = (json["errors"]?.AsArray() ?? new JsonArray()).Select(e => $"\n{e!["field"]}: {e["detail"]}");
                Console.Error.WriteLine($"{json["code"]}\n{json["detail"]}{string.Concat(wrong)}");
                Environment.Exit(1);
            }
            pause = answer.Headers.RetryAfter?.Delta ?? pause;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && attempt < 5)
        {
        }
        await Task.Delay(pause);
    }
}

// Posts a message and reads it until it is done. A program with much to do receives webhooks instead.
async Task<JsonNode> Post(JsonObject body, string key, Func<JsonNode, bool> done)
{
    var message = await Call(HttpMethod.Post, "/v1/messages", body, key);
    while (!done(message))
    {
        await Task.Delay(1000);
        message = await Call(HttpMethod.Get, $"/v1/messages/{message["id"]}");
    }
    return message;
}

async Task Send(string to, string text, string key)
{
    var message = await Post(new() { ["to"] = to, ["text"] = text }, key, m => final.Contains((string)m["status"]!));
    Console.WriteLine($"{message["id"]} {message["status"]}");
}

async Task Ask(string to, string text, string key)
{
    var body = new JsonObject { ["to"] = to, ["text"] = text, ["question"] = new JsonObject { ["kind"] = "yes_no" } };
    var message = await Post(body, key, m => (string)m["question"]!["status"]! != "open");
    Console.WriteLine($"{message["id"]} {message["answer"]?["value"] ?? message["question"]!["status"]} {message["answer"]?["text"]}");
}

async Task Inbox(string after)
{
    var found = new List<JsonNode>();
    for (string? cursor = ""; cursor is not null;) // from the newest page to the one that holds what is known
    {
        var page = await Call(HttpMethod.Get, "/v1/inbox?limit=50" + (cursor == "" ? "" : "&cursor=" + Uri.EscapeDataString(cursor)));
        var items = page["items"]!.AsArray();
        var unknown = items.Where(item => string.CompareOrdinal((string)item!["id"]!, after) > 0).ToList();
        found.AddRange(unknown!);
        cursor = unknown.Count == items.Count ? (string?)page["next"] : null;
    }
    found.Reverse();
    var readable = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    foreach (var item in found) Console.WriteLine($"{item["id"]} {item["from"]} {item["text"]!.ToJsonString(readable)}");
}

// Verifies the signature of a webhook by Standard Webhooks.
bool Genuine(HttpListenerRequest request, byte[] body)
{
    var stamp = request.Headers["Webhook-Timestamp"];
    if (!long.TryParse(stamp, out var seconds) || Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - seconds) > 300) return false;
    var key = Convert.FromBase64String(Environment.GetEnvironmentVariable("GONIEC_SECRET")!["whsec_".Length..]);
    byte[] signed = [.. Encoding.UTF8.GetBytes($"{request.Headers["Webhook-Id"]}.{stamp}."), .. body];
    var want = Encoding.UTF8.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)));
    return (request.Headers["Webhook-Signature"] ?? "").Split(' ')
        .Any(s => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(s), want));
}

async Task Webhook(string port)
{
    using var listener = new HttpListener();
    listener.Prefixes.Add($"http://127.0.0.1:{port}/");
    listener.Start();
    Console.WriteLine($"http://127.0.0.1:{port}");
    while (true)
    {
        var context = await listener.GetContextAsync();
        using var buffer = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(buffer);
        var known = Genuine(context.Request, buffer.ToArray());
        if (known)
        {
            var e = JsonNode.Parse(buffer.ToArray())!; // store it here; the same id may come twice
            Console.WriteLine($"{e["type"]} {e["data"]!["id"]}");
        }
        context.Response.StatusCode = known ? 204 : 401;
        context.Response.Close();
    }
}
