import Foundation
import SEM
import SEMReport
import Testing

/// The keys that scripts rely on: changing them needs another schema number.
@Suite struct ReportJSONTests {
  private func object(_ value: JSONValue) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(value.text().utf8)) as? [String: Any])
  }

  private func double(_ value: Any?) -> Double? { (value as? NSNumber)?.doubleValue }

  @Test func fitKeepsItsContract() throws {
    let json = try object(try ReportCase.holzingerSwineford.summary().json)
    #expect(json["schema"] as? String == "swift-sem/fit/1")
    #expect(json["converged"] as? Bool == true)
    #expect((json["iterations"] as? Int ?? 0) > 0)
    #expect(json["npar"] as? Int == 21)
    #expect(json["nobs"] as? [Int] == [301])
    #expect(json["estimator"] as? String == "ML")

    let parameters = try #require(json["parameters"] as? [[String: Any]])
    #expect(parameters.count == 24)
    let contract = [
      "lhs", "op", "rhs", "block", "group", "label", "free", "est", "se", "z", "pvalue", "ci_lower",
      "ci_upper",
      "std_lv", "std_all",
    ]
    for parameter in parameters { for key in contract { #expect(parameter[key] != nil, "\(key)") } }
    let loading = try #require(parameters.first { $0["rhs"] as? String == "x2" })
    #expect(loading["lhs"] as? String == "visual")
    #expect(loading["op"] as? String == "=~")
    #expect(loading["free"] as? Int == 1)
    // lavaan 0.6-14: 0.5535, standard error 0.0997.
    #expect(abs((double(loading["est"]) ?? 0) - 0.5535) < 5e-5)
    #expect(abs((double(loading["se"]) ?? 0) - 0.0997) < 5e-5)
    // A fixed value has no test.
    #expect(parameters.first?["z"] is NSNull)

    let measures = try #require(json["fit_measures"] as? [String: Any])
    #expect(abs((double(measures["chisq"]) ?? 0) - 85.3055) < 1e-3)
    for name in [
      "df", "cfi", "tli", "rmsea", "rmsea.ci.lower", "srmr", "aic", "bic", "bic2", "gfi", "gfi_lisrel",
    ] {
      #expect(double(measures[name]) != nil, "\(name)")
    }
    let explained = try #require(json["r_squared"] as? [String: Any])
    #expect(Set(explained.keys) == Set((1...9).map { "x\($0)" }))
    let indices = try #require(json["modification_indices"] as? [[String: Any]])
    for key in ["lhs", "op", "rhs", "block", "mi", "epc", "sepc_all"] {
      #expect(indices.allSatisfy { $0[key] != nil }, "\(key)")
    }
    #expect(json["warnings"] as? [[String: Any]] != nil)
  }

  @Test func warningsHaveCodeMessageAndParameters() throws {
    let json = try object(try ReportCase.heywood.summary().json)
    #expect(json["status"] as? String == "inadmissible")
    let warnings = try #require(json["warnings"] as? [[String: Any]])
    let negative = try #require(warnings.first { $0["code"] as? String == "negative-variance" })
    #expect(negative["parameters"] as? [String] == ["a~~a"])
    #expect((negative["message"] as? String)?.isEmpty == false)
  }

  @Test func undefinedNumbersAreNull() throws {
    let json = try object(try ReportCase.notIdentified.summary().json)
    #expect(json["status"] as? String == "not-identified")
    let parameters = try #require(json["parameters"] as? [[String: Any]])
    let free = parameters.filter { $0["free"] as? Int != 0 }
    #expect(free.allSatisfy { $0["se"] is NSNull && $0["pvalue"] is NSNull })
  }

  @Test func groupsAreNamed() throws {
    let json = try object(try ReportCase.twoGroups.summary().json)
    #expect(json["groups"] as? [String] == ["Pasteur", "Grant-White"])
    #expect(json["nobs"] as? [Int] == [156, 145])
    #expect(Set((json["r_squared"] as? [String: Any] ?? [:]).keys) == ["Pasteur", "Grant-White"])
  }

  @Test func chineseNamesSurvive() throws {
    let json = try object(try ReportCase.chineseNames.summary().json)
    let parameters = try #require(json["parameters"] as? [[String: Any]])
    #expect(parameters.contains { $0["lhs"] as? String == "间接效应" && $0["op"] as? String == ":=" })
  }

  @Test func checkKeepsItsContract() throws {
    let check = try ModelCheck(try Model("f =~ x1 + x2"))
    let json = try object(check.json)
    #expect(json["schema"] as? String == "swift-sem/check/1")
    #expect(json["npar"] as? Int == 4)
    #expect(json["df"] as? Int == -1)
    #expect(json["identified"] as? Bool == false)
    let parameters = try #require(json["parameters"] as? [[String: Any]])
    for key in ["lhs", "op", "rhs", "block", "group", "label", "free", "fixed", "exo", "start"] {
      #expect(parameters.allSatisfy { $0[key] != nil }, "\(key)")
    }
    #expect(json["data_errors"] as? [[String: Any]] != nil)
    #expect((json["warnings"] as? [[String: Any]])?.first?["code"] as? String == "not-identified")
  }
}
